using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>Checks and splits the two views' embeddings, for every loss on a pair.</summary>
public static class EmbeddingPair
{
    /// <summary>Refuses what broadcasting would silently accept.</summary>
    /// <param name="first">Embeddings of the first views, [N, k].</param>
    /// <param name="second">Embeddings of the second views, [N, k].</param>
    /// <param name="atLeast">The fewest images that the loss is defined for.</param>
    public static void Check(Tensor first, Tensor second, int atLeast)
    {
        if (first.dim() != 2 || !first.shape.SequenceEqual(second.shape))
        {
            throw new ArgumentException(
                $"Expected embeddings of two views of one shape [N, k], found [{string.Join(", ", first.shape)}] and "
                + $"[{string.Join(", ", second.shape)}]. Flatten the projector's output to two dimensions.");
        }

        if (first.shape[0] < atLeast)
            throw new ArgumentException($"Expected at least {atLeast} images in a batch, found {first.shape[0]}. Raise the batch size.");
    }

    /// <summary>The mean over the rows of cos(prediction, sg target).</summary>
    /// <param name="predictions">[N, k]; need not be normalised.</param>
    /// <param name="targets">[N, k]; constants, whether or not they have a graph.</param>
    /// <returns>A scalar with the gradient of the predictions.</returns>
    public static Tensor MeanCosine(Tensor predictions, Tensor targets)
    {
        Check(predictions, targets, atLeast: 1);
        return functional.normalize(predictions).mul(functional.normalize(targets.detach())).sum([1]).mean();
    }

    /// <summary>The two halves of stacked views.</summary>
    /// <param name="stacked">[2N, k], view-major.</param>
    /// <returns>Two views of [N, k] on the same memory.</returns>
    public static (Tensor First, Tensor Second) Split(Tensor stacked)
    {
        long images = stacked.shape[0] / 2;
        return (stacked.narrow(0, 0, images), stacked.narrow(0, images, images));
    }
}
