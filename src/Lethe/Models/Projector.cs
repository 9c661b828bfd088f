using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Models;

/// <summary>Makes the multi-layer perceptrons that the methods put after the backbone.</summary>
public static class Projector
{
    /// <summary>Linear layers with batch-norm and ReLU between them.</summary>
    /// <param name="sizes">Input size, hidden sizes, output size: at least two numbers.</param>
    /// <param name="outputNorm">Puts a batch-norm without affine parameters on the output.</param>
    /// <param name="outputBias">
    /// Puts a bias on the output. Without where a batch-norm follows in the next head, which would subtract it again: Adam
    /// would only walk it about by rounding errors.
    /// </param>
    /// <returns>
    /// A module [N, sizes[0]] → [N, sizes[^1]] with fresh weights, to be registered with the method, which then disposes it.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two sizes.</exception>
    public static Module<Tensor, Tensor> Create(IReadOnlyList<int> sizes, bool outputNorm = false, bool outputBias = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sizes.Count, 2);
        var layers = new List<(string, Module<Tensor, Tensor>)>();
        void Add(Module<Tensor, Tensor> layer) => layers.Add(($"{layers.Count}", layer));
        for (int i = 1; i < sizes.Count; i++)
        {
            bool last = i == sizes.Count - 1;

            // A bias before batch-norm would be subtracted again.
            Add(Linear(sizes[i - 1], sizes[i], hasBias: last && outputBias && !outputNorm));
            if (!last)
            {
                Add(new BatchNormLayer(sizes[i]));
                Add(ReLU());
            }
        }

        if (outputNorm)
            Add(new BatchNormLayer(sizes[^1], affine: false));
        return Sequential(layers);
    }
}
