using Lethe.Data;
using Lethe.Numerics;

namespace Lethe.Evaluation;

/// <summary>Which images an evaluation measures, beside those trained on, and which labelled ones its probes are fitted on.</summary>
/// <param name="Seen">Images trained on.</param>
/// <param name="Unseen">Images never trained on, which are measured.</param>
/// <param name="Bank">
/// Labelled images never trained on, to fit probes on; null where <paramref name="Unseen"/> is both, of which probes are then fitted on one
/// half and measured on the other, both ways.
/// </param>
internal sealed record EvaluatedImages(ImageSet Seen, ImageSet Unseen, ImageSet? Bank)
{
    // The halves must be the same at every evaluation and for every seed of a run, so that curves and hits compare.
    private const ulong HalvesSeed = 0x48_616C_76_6573;

    /// <summary>
    /// Those of training, which decide what people and rules do with a run: the probe images alone, so that test images stay unknown until
    /// the end. Without labels there is no probe part; the images measured are then those of test, which then have nothing to keep secret,
    /// as no accuracy is ever measured on them.
    /// </summary>
    public static EvaluatedImages InTraining(DataSplits data) => data.Probe.Count == 0 || data.Probe.Labels is null
        ? AtTheEnd(data)
        : new(data.Train, data.Probe, null);

    /// <summary>Those of an evaluation of what training has come to: the test images, with probes fitted on the probe images.</summary>
    public static EvaluatedImages AtTheEnd(DataSplits data) => new(data.Train, data.Test, data.Probe);

    /// <summary>Whether there are labels of two classes to fit and to measure with.</summary>
    public bool Labelled => Unseen.Labels is not null && (Bank ?? Unseen).Labels?.Distinct().Count() > 1;

    /// <summary>
    /// The places in the bank that are fitted on, with those in <see cref="Unseen"/> that are then measured: all with all, or each half with
    /// the other. None without labels, or where a half has one class only.
    /// </summary>
    public IReadOnlyList<(int[] Fitted, int[] Measured)> Folds()
    {
        if (!Labelled)
            return [];
        int[] all = [.. Enumerable.Range(0, Unseen.Count)];
        if (Bank is not null)
            return [([.. Enumerable.Range(0, Bank.Count)], all)];
        int[] one = [.. new RandomStream(HalvesSeed).Permutation(Unseen.Count)[..(Unseen.Count / 2)].Order()], other = [.. all.Except(one)];
        return new[] { one, other }.All(half => half.Select(place => Unseen.Labels![place]).Distinct().Count() > 1)
            ? [(one, other), (other, one)]
            : [];
    }

    /// <summary>
    /// The images trained on that probes are fitted on beside those of the first fold: the first ones of each class, as many as the fold has of
    /// it, so that the banks differ in nothing but whether the encoder was trained on them. Null where there are no labels to fit.
    /// </summary>
    public ImageSet? SeenBank()
    {
        if (Seen.Labels is not { } labels || Folds() is not [(int[] fitted, _), ..])
            return null;
        Dictionary<int, int> left = fitted.CountBy(place => (Bank ?? Unseen).Labels![place]).ToDictionary();
        return Seen.Subset(
            Seen.Name, [.. Enumerable.Range(0, Seen.Count).Where(place => left.ContainsKey(labels[place]) && left[labels[place]]-- > 0)]);
    }
}
