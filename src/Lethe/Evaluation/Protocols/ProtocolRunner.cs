using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Evaluation.Protocols;

/// <summary>Runs a protocol on one state of an encoder: fit, measure, sum up over draws.</summary>
internal static class ProtocolRunner
{
    // What a seed is for.
    private const ulong Fitting = 1;
    private const ulong Intervals = 2;

    /// <summary>Looks for what would make a protocol fail, before long work starts.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="images">What will be fitted on.</param>
    /// <param name="test">What will be measured on.</param>
    /// <exception cref="LetheException">The images cannot be used; the message says what to do.</exception>
    public static void Check(Protocol protocol, FittingImages images, ImageSet test)
    {
        if (protocol is not GeneratingProtocol && test.Labels is null)
            throw new DataException(
                $"The images of {images.Source} have no labels; accuracies need them. Give class folders or another source with labels.");
        protocol.Check(images);
    }

    /// <summary>Fits and measures with each domain left out in turn.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="domains">For each domain, its name, the images of all others, and its own to measure on.</param>
    /// <param name="seed">Decides all that is random.</param>
    /// <param name="progress">Told what was measured.</param>
    /// <param name="cancellation">Stops soon.</param>
    /// <returns>The accuracy on each domain, and the mean over domains.</returns>
    /// <exception cref="LetheException">The images cannot be used.</exception>
    public static IReadOnlyList<ProtocolResult> RunLeavingOut(
        Protocol protocol,
        EncoderState encoder,
        IReadOnlyList<(string Name, FittingImages Others, ImageSet Own)> domains,
        ulong seed,
        IProgress<string>? progress = null,
        CancellationToken cancellation = default)
    {
        (string Domain, ProtocolResult Result)[] found =
        [
            .. domains.SelectMany(domain =>
            {
                var told = progress is null ? null : new Prefixed($"without {domain.Name}, ", progress);
                return Run(protocol, encoder, domain.Others, domain.Own, seed, told, cancellation).Select(result => (domain.Name, result));
            }),
        ];
        return
        [
            .. found.GroupBy(one => (one.Result.Variant, one.Result.Layer, one.Result.LabelShare, one.Result.Measure)).SelectMany(group =>
            {
                ProtocolResult[] each = [.. group.Select(one => one.Result)];
                double mean = each.Average(result => result.Value);

                // The domains' test images are independent of each other.
                double half = Math.Sqrt(each.Sum(result => Math.Pow((result.Interval.High - result.Interval.Low) / 2, 2))) / each.Length;
                ProtocolResult overall = each[0] with
                {
                    Value = mean,
                    Interval = ConfidenceInterval.Around(
                        mean, half, $"95 %, of the mean over {each.Length} domains from those of each", MeasureRange.Of(group.Key.Measure)),
                    Draws = [mean],
                    TestCount = each.Sum(result => result.TestCount),
                    Strength = null,
                    Hits = null,
                };
                return group.Select(one => one.Result with { Measure = Score.AccuracyOn(one.Domain) }).Prepend(overall);
            }),
        ];
    }

    /// <summary>Fits and measures.</summary>
    /// <param name="protocol">The protocol.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="images">What is fitted on.</param>
    /// <param name="test">What is measured on; no fit is given it.</param>
    /// <param name="seed">Decides all that is random.</param>
    /// <param name="progress">Told what was measured.</param>
    /// <param name="cancellation">Stops soon.</param>
    /// <returns>The results, in the order in which they were first measured.</returns>
    /// <exception cref="LetheException">The images cannot be used.</exception>
    public static IReadOnlyList<ProtocolResult> Run(
        Protocol protocol, EncoderState encoder, FittingImages images, ImageSet test, ulong seed, IProgress<string>? progress = null,
        CancellationToken cancellation = default)
    {
        Check(protocol, images, test);
        var cells = new Dictionary<(
            string Variant, double? Share, string Layer, string Measure), List<(Score Score, int FitCount, double? Strength)>>();
        foreach (FittedModel model in protocol.Fit(encoder, images, RandomStream.Derive(seed, Fitting), cancellation))
        {
            using (model)
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (Score score in model.Measure(encoder, test, RandomStream.Derive(seed, Intervals), cancellation))
                {
                    // What has no value, as R² of a factor that does not vary, is shown as such.
                    if (!double.IsFinite(score.Value))
                        continue;
                    (string, double?, string, string) key = (model.Variant, model.LabelShare, model.Layer, score.Measure);
                    if (!cells.TryGetValue(key, out List<(Score, int, double?)>? draws))
                        cells[key] = draws = [];
                    draws.Add((score, model.FitCount, model.Strength));
                }

                string labels =
                    model.LabelShare is { } share ? Invariant($", {100 * share:0.##} % of the labels, draw {model.Draw + 1}") : "";
                progress?.Report($"{model.Variant}, {model.Layer}{labels}");
            }
        }

        return
        [
            .. cells.Select(cell =>
            {
                double[] draws = [.. cell.Value.Select(draw => draw.Score.Value)];
                return new ProtocolResult
                {
                    Variant = cell.Key.Variant,
                    Layer = cell.Key.Layer,
                    Measure = cell.Key.Measure,
                    LabelShare = cell.Key.Share,
                    Value = draws.Average(),
                    Interval = draws.Length > 1
                        ? ConfidenceInterval.Student(draws, MeasureRange.Of(cell.Key.Measure))
                        : cell.Value[0].Score.Interval,
                    Draws = draws,
                    FitCount = cell.Value[0].FitCount,
                    TestCount = test.Count,
                    Strength = draws.Length > 1 ? null : cell.Value[0].Strength,
                    Hits = draws.Length > 1 ? null : cell.Value[0].Score.Hits,
                };
            }),
        ];
    }

    private sealed class Prefixed(string prefix, IProgress<string> inner) : IProgress<string>
    {
        public void Report(string value) => inner.Report(prefix + value);
    }
}
