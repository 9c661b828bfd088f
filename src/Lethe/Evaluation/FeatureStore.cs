using Lethe.Runtime;
using Lethe.Storage;
using static TorchSharp.torch;

namespace Lethe.Evaluation;

/// <summary>
/// Features of an encoder that were computed before: one file for each encoder and set of images, named after what decides its
/// numbers. The folder may be deleted at any time; a file that is damaged is computed again.
/// </summary>
internal sealed class FeatureStore
{
    /// <summary>Bytes that the files take together at most, if nothing else is asked for: 1 GiB.</summary>
    public const long DefaultBytes = 1L << 30;

    private const string Suffix = ".features";

    private readonly string folder;
    private readonly long mostBytes;

    /// <summary>Uses a folder.</summary>
    /// <param name="folder">The folder; made when the first file is kept.</param>
    /// <param name="mostBytes">The files that were not used for longest are deleted beyond this; 0 keeps none.</param>
    public FeatureStore(string folder, long mostBytes = DefaultBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(mostBytes);
        this.folder = folder;
        this.mostBytes = mostBytes;
    }

    /// <summary>Gives kept features, or computes and keeps them. Tensors belong to the caller's dispose scope.</summary>
    /// <param name="key">Hexadecimal digits that differ wherever the features do.</param>
    /// <param name="compute">Gives the features by layer.</param>
    /// <returns>The features by layer.</returns>
    /// <exception cref="RunException">The disk is full or cannot be written.</exception>
    public IReadOnlyDictionary<string, Tensor> Get(string key, Func<IReadOnlyDictionary<string, Tensor>> compute)
    {
        string path = Path.Combine(folder, key + Suffix);
        if (File.Exists(path) && Kept(path) is { } kept)
            return kept;
        IReadOnlyDictionary<string, Tensor> features = compute();
        long bytes = features.Values.Sum(layer => layer.numel() * layer.element_size());
        if (bytes > mostBytes)
            return features;
        Disk.MakeFolder(folder);
        MakeRoom(mostBytes - bytes);
        Safetensors.Write(path, features);
        return features;
    }

    private static IReadOnlyDictionary<string, Tensor>? Kept(string path)
    {
        try
        {
            SafetensorsFile file = Safetensors.Read(path);
            if (!file.IsVerified)
                return null;
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow); // last used
            return file.Tensors;
        }
        catch (Exception error) when (error is RunException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void MakeRoom(long left)
    {
        FileInfo[] files = [.. new DirectoryInfo(folder).GetFiles("*" + Suffix).OrderByDescending(file => file.LastWriteTimeUtc)];
        foreach (FileInfo file in files)
        {
            left -= file.Length;
            if (left < 0)
                Disk.Delete(file.FullName);
        }
    }
}
