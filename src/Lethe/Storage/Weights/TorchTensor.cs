namespace Lethe.Storage.Weights;

/// <summary>A tensor as PyTorch's pickle describes it.</summary>
/// <param name="Storage">The memory it lies in.</param>
/// <param name="TypeName">The type, where it is not that of the storage; null else.</param>
/// <param name="Offset">Its first element within the storage.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Stride">Elements from one to the next, by dimension.</param>
internal sealed record TorchTensor(TorchStorage Storage, string? TypeName, long Offset, long[] Shape, long[] Stride);
