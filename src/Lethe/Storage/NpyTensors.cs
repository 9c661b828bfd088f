using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Storage;

/// <summary>Arrays of .npy files as tensors.</summary>
internal static class NpyTensors
{
    /// <summary>The array as a tensor of its shape: float32, float64 or int64. The caller disposes it.</summary>
    /// <param name="array">The array.</param>
    /// <returns>A copy.</returns>
    public static Tensor ToTensor(this NpyArray array)
    {
        long[] shape = [.. array.Shape];
        return array.Values switch
        {
            float[] singles => tensor(singles, shape),
            double[] doubles => tensor(doubles, shape),
            long[] integers => tensor(integers, shape),
            _ => throw new DataException($"Expected numbers in {array.Source}, found text of type '{array.ElementType}'."),
        };
    }
}
