using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>Checks and splits the two views' embeddings, for every loss on a pair.</summary>
/// <remarks>Holds no state, so any thread may use it. New tensors belong to the dispose scope that is open.</remarks>
public static class EmbeddingPair
{
    /// <summary>Refuses what broadcasting would silently accept.</summary>
    /// <param name="first">Embeddings of the first views, [N, k].</param>
    /// <param name="second">Embeddings of the second views, [N, k].</param>
    /// <param name="atLeast">The fewest images that the loss is defined for.</param>
    /// <exception cref="ArgumentException">The shapes are not [N, k] and the same, or there are fewer images.</exception>
    /// <exception cref="InvalidOperationException">A tensor has been disposed.</exception>
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
    /// <returns>A scalar in [−1, 1] with the gradient of the predictions; a row of zeros counts as 0.</returns>
    /// <exception cref="ArgumentException">The shapes are not [N, k] and the same, or there is no image.</exception>
    public static Tensor MeanCosine(Tensor predictions, Tensor targets)
    {
        Check(predictions, targets, atLeast: 1);
        return functional.normalize(predictions).mul(functional.normalize(targets.detach())).sum([1]).mean();
    }

    /// <summary>The two halves of stacked views.</summary>
    /// <param name="stacked">[2N, k], view-major: first the embeddings of view 1 of all images, then those of view 2.</param>
    /// <returns>Two tensors [N, k] on the same memory, with its gradient.</returns>
    public static (Tensor First, Tensor Second) Split(Tensor stacked)
    {
        long images = stacked.shape[0] / 2;
        return (stacked.narrow(0, 0, images), stacked.narrow(0, images, images));
    }
}
