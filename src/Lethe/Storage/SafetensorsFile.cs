using TorchSharp;

namespace Lethe.Storage;

/// <summary>The contents of a safetensors file.</summary>
internal sealed class SafetensorsFile : IDisposable
{
    internal SafetensorsFile(
        IReadOnlyDictionary<string, string> metadata, IReadOnlyDictionary<string, torch.Tensor> tensors, bool isVerified)
    {
        Metadata = metadata;
        Tensors = tensors;
        IsVerified = isVerified;
    }

    /// <summary>The entries of <c>__metadata__</c>, without the checksum; empty if there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The tensors by name, contiguous, on the CPU. They belong to the dispose scope in which the file was read, if any.</summary>
    public IReadOnlyDictionary<string, torch.Tensor> Tensors { get; }

    /// <summary>
    /// Whether the file had a checksum, which then was right. Files from elsewhere have none; one of Lethe's own
    /// without it has been altered.
    /// </summary>
    public bool IsVerified { get; }

    /// <summary>Disposes the tensors.</summary>
    public void Dispose()
    {
        foreach (torch.Tensor tensor in Tensors.Values)
            tensor.Dispose();
    }
}
