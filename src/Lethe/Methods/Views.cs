using Lethe.Models;
using static TorchSharp.torch;

namespace Lethe.Methods;

/// <summary>
/// The views of a batch of images, as they enter the backbone: images, or features of its frozen early part.
/// </summary>
/// <param name="Groups">
/// One tensor for each size of view, [v·N, C, H, W], view-major: first view 1 of all N images, then view 2. The first
/// group holds the full-size views; multi-crop methods have a second one of small views.
/// </param>
/// <param name="Images">
/// N, the number of images of the batch; the tensors hold fewer where ranks share it out, while what the backbone gives is of all.
/// </param>
/// <param name="From">Where the tensors enter the backbone.</param>
public sealed record Views(IReadOnlyList<Tensor> Groups, int Images, SplitPoint From)
{
    /// <summary>The labels of the images, [N], int64, for a method that takes labels; null otherwise.</summary>
    public Tensor? Labels { get; init; }

    /// <summary>The two full-size views, [2N, C, H, W], view-major.</summary>
    public Tensor Full => Groups[0];

    /// <summary>The first full-size view of each image, on the memory of <see cref="Full"/>.</summary>
    public Tensor First => Full.narrow(0, 0, Full.shape[0] / 2);

    /// <summary>The second.</summary>
    public Tensor Second => Full.narrow(0, Full.shape[0] / 2, Full.shape[0] / 2);

    /// <summary>The local views, [l·N, C, H′, W′], view-major; null where there are none.</summary>
    public Tensor? Local => Groups.Count > 1 ? Groups[1] : null;

    /// <summary>Two full-size views of each image, entering at a point.</summary>
    /// <param name="stacked">[2N, C, H, W], view-major, N at least 1; neither copied nor disposed.</param>
    /// <param name="from">Where it enters the backbone.</param>
    /// <returns>The views.</returns>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    /// <exception cref="InvalidOperationException">The tensor has been disposed.</exception>
    public static Views Pair(Tensor stacked, SplitPoint from = SplitPoint.Input)
    {
        if (stacked.dim() != 4 || stacked.shape[0] < 2 || stacked.shape[0] % 2 != 0)
            throw new ArgumentException(
                $"Expected two stacked views [2N, C, H, W], found [{string.Join(", ", stacked.shape)}].", nameof(stacked));
        return new Views([stacked], (int)stacked.shape[0] / 2, from);
    }
}
