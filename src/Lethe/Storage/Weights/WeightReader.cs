using Lethe.Runtime;

namespace Lethe.Storage.Weights;

/// <summary>
/// Recognises the format of a file of weights by its bytes, never by its name, and reads what it holds. Nothing is executed.
/// </summary>
internal static class WeightReader
{
    private const int HeadBytes = 1024;

    /// <summary>Reads what a file holds; values are read when they are asked for.</summary>
    /// <param name="path">safetensors, PyTorch (zip, stream or tar) or ONNX.</param>
    /// <returns>The file; the caller disposes it.</returns>
    /// <exception cref="RunException">
    /// It is missing, truncated, damaged, asks for more memory than it is worth, or is another kind of file: what kind, and what to do.
    /// </exception>
    public static WeightFile Open(string path)
    {
        FileStream stream = WeightStream.Open(path);
        try
        {
            byte[] head = new byte[(int)Math.Min(HeadBytes, stream.Length)];
            stream.ReadExactly(head);
            var budget = new ReadBudget(path, stream.Length);
            return Read(stream, head, budget) ?? throw new RunException(OtherFile.Sentence(path, head, stream.Length));
        }
        catch (Exception error)
        {
            stream.Dispose();
            if (error is IOException)
                throw new RunException($"{path} cannot be read: {error.Message} Copy it to a disk that can.", error);
            throw;
        }
    }

    /// <summary>Reads what several files hold that are one, as large models are stored in parts.</summary>
    /// <param name="paths">The files, at least one.</param>
    /// <returns>The tensors of all; the caller disposes it.</returns>
    /// <exception cref="RunException">One of them cannot be used.</exception>
    public static WeightFile Open(IReadOnlyList<string> paths)
    {
        if (paths.Count == 1)
            return Open(paths[0]);
        long bytes = 0;
        string format = "";
        var tensors = new List<StoredTensor>();
        var notes = new List<string>();
        foreach (string path in paths)
        {
            using WeightFile part = Open(path);
            bytes += new FileInfo(path).Length;
            format = part.Format;
            tensors.AddRange(part.Tensors.Select(tensor => tensor with { File = tensor.File ?? path }));
            notes.AddRange(part.Notes);
        }

        return new WeightFile(WeightStream.Open(paths[0]), new ReadBudget(paths[0], bytes), $"{format}, {paths.Count} files", tensors)
        {
            Notes = [.. notes.Distinct()],
        };
    }

    private static WeightFile? Read(FileStream stream, ReadOnlySpan<byte> head, ReadBudget budget)
    {
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8))
            return TorchZip.Read(stream, budget);
        if (head.Length > 262 && head[257..].StartsWith("ustar"u8))
            return TorchTar.Read(stream, budget);
        if (SafetensorsWeights.Matches(head, stream.Length))
            return SafetensorsWeights.Read(stream, budget);
        if (OtherFile.IsKnown(head))
            return null;
        if (head is [0x80, >= 1 and <= 5, ..])
            return TorchStream.Read(stream, budget);
        return OnnxWeights.Matches(head) ? OnnxWeights.Read(stream, budget) : null;
    }
}
