using Lethe.Models;
using Lethe.Runtime;
using Lethe.Storage;
using static TorchSharp.torch;

namespace Lethe.Interchange;

/// <summary>The weights of a backbone under torchvision's names, without a prefix and without a classifier.</summary>
internal static class StateDictExport
{
    /// <summary>The weights in the order of the modules, in single precision; counters as whole numbers.</summary>
    /// <param name="network">The network.</param>
    /// <returns>Tensors on the processor, which belong to the dispose scope that is open.</returns>
    public static IReadOnlyList<(string Name, Tensor Value)> Of(ResNet network) =>
    [
        .. network.state_dict().Select(pair => (
            pair.Key,
            pair.Value.detach().cpu().to(pair.Value.is_floating_point() ? ScalarType.Float32 : ScalarType.Int64).contiguous())),
    ];

    /// <summary>Writes the weights as safetensors, and reads them back.</summary>
    /// <param name="path">The file.</param>
    /// <param name="network">The network.</param>
    /// <param name="metadata">Entries of the file's metadata.</param>
    /// <exception cref="RunException">It cannot be written, or does not hold what was written.</exception>
    public static void WriteSafetensors(string path, ResNet network, IEnumerable<(string Key, string Value)> metadata)
    {
        using var scope = NewDisposeScope();
        IReadOnlyList<(string Name, Tensor Value)> weights = Of(network);
        AtomicFile.Write(
            path,
            stream => Safetensors.Write(
                stream, weights.ToDictionary(one => one.Name, one => one.Value), metadata.ToDictionary(one => one.Key, one => one.Value)),
            written =>
            {
                using SafetensorsFile file = Safetensors.Read(written);
                Require(path, weights.Count == file.Tensors.Count && weights.All(
                    one => file.Tensors.TryGetValue(one.Name, out Tensor? read) && read.dtype == one.Value.dtype
                        && read.shape.SequenceEqual(one.Value.shape) && read.bytes.SequenceEqual(one.Value.bytes)));
            });
    }

    /// <summary>Refuses a file that does not hold what was written.</summary>
    public static void Require(string path, bool same)
    {
        if (!same)
            throw new RunException($"{path} was not written: what was read back differs from the weights. Check the disk and try again.");
    }
}
