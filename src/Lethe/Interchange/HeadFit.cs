using static TorchSharp.torch;

namespace Lethe.Interchange;

/// <summary>
/// Fits the layers of a head in a file to those of a method's head. They fit where each does the same; a bias before batch-norm, which
/// takes it away again, goes into its mean.
/// </summary>
internal static class HeadFit
{
    /// <summary>Fits.</summary>
    /// <param name="own">The method's layers.</param>
    /// <param name="found">The file's.</param>
    /// <param name="outputNorm">Batch-norm on the output that the file has elsewhere; null where there is none.</param>
    /// <returns>What goes where, of the dispose scope that is open; or why it does not fit.</returns>
    public static (IReadOnlyList<(Tensor Target, Tensor Value)> Values, string? Why) Match(
        IReadOnlyList<HeadLayer> own, IReadOnlyList<HeadLayer> found, HeadLayer? outputNorm)
    {
        if (outputNorm is not null && own is [.., { IsLinear: false }] && found.Count == own.Count - 1)
            found = [.. found, outputNorm];
        if (own.Count != found.Count || own.Zip(found).Any(pair => !IsSame(pair.First, pair.Second)))
            return ([], $"found {HeadLayer.Words(found)}, expected {HeadLayer.Words(own)}");
        var values = new List<(Tensor Target, Tensor Value)>();
        for (int i = 0; i < own.Count; i++)
        {
            (HeadLayer to, HeadLayer from) = (own[i], found[i]);
            if (to.IsLinear)
            {
                values.Add((to.Weight!, from.Weight!));
                if (to.Bias is not null)
                    values.Add((to.Bias, from.Bias ?? zeros_like(to.Bias)));
                else if (from.Bias is not null && (i + 1 == own.Count || own[i + 1].IsLinear))
                    return ([], "it has a bias on its output in the file and none here");
                continue;
            }

            Tensor mean = from.Mean!.to(ScalarType.Float32);
            if (i > 0 && own[i - 1] is { IsLinear: true, Bias: null } && found[i - 1].Bias is { } bias)
                mean -= bias.to(ScalarType.Float32);
            values.Add((to.Mean!, mean));
            values.Add((to.Variance!, from.Variance!));
            if (to.Weight is null)
            {
                if (!IsPlain(from))
                    return ([], "its output has a batch-norm with scale and shift in the file and without here");
                continue;
            }

            values.Add((to.Weight, from.Weight ?? ones_like(to.Weight)));
            values.Add((to.Bias!, from.Bias ?? zeros_like(to.Bias!)));
        }

        return (values, null);
    }

    private static bool IsSame(HeadLayer own, HeadLayer found) => own.IsLinear
        ? found.IsLinear && own.Weight!.shape.SequenceEqual(found.Weight!.shape) && IsOf(found.Bias, own.Weight.shape[0])
        : !found.IsLinear && found is { Mean: not null, Variance: not null } && own.Mean!.shape.SequenceEqual(found.Mean.shape)
            && own.Mean.shape.SequenceEqual(found.Variance.shape) && IsOf(found.Weight, own.Mean.shape[0]) && IsOf(
                found.Bias, own.Mean.shape[0]);

    private static bool IsOf(Tensor? tensor, long size) => tensor is null || (tensor.dim() == 1 && tensor.shape[0] == size);

    private static bool IsPlain(HeadLayer norm) =>
        (norm.Weight is null || norm.Weight.to(ScalarType.Float32).eq(ones_like(norm.Mean!)).all().item<bool>())
        && (norm.Bias is null || norm.Bias.to(ScalarType.Float32).eq(zeros_like(norm.Mean!)).all().item<bool>());
}
