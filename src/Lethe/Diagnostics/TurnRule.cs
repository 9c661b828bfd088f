using Lethe.Numerics;

namespace Lethe.Diagnostics;

/// <summary>The rule by which an accuracy on unseen images turned, set down before it was applied.</summary>
/// <remarks>
/// <para>
/// Images are divided into halves A and B, by a fixed permutation of their places. t* is the epoch at which the last layer's accuracy on A
/// is best, smoothed as the mean of three evaluations and averaged over seeds. The drop D is the accuracy on B at t* less its mean over the
/// last tenth of the evaluations, at least one. A turn: D is at least <c>SmallestDrop</c>; its 95 % interval lies above 0; and so does that
/// of D less the same of the early layer, so that what all layers lose alike is none. Intervals are over seeds and images (<see
/// cref="MeanError"/>). Of one seed it is not known what another would have done: by how much its accuracies move from one evaluation to
/// the next, beyond what images give by chance, stands in for it. Of several accuracies p is corrected by Holm's method (1979).
/// </para>
/// <para>
/// With <c>BothHalves</c> the halves change roles and the two drops are averaged: t* is chosen twice, each time on images that its drop is
/// not measured on.
/// </para>
/// <para>
/// Where it was not recorded which images were labelled right, t* and D are of the same images, and their error is that of two samples that
/// have nothing to do with each other, which is more than that of the same images twice.
/// </para>
/// </remarks>
internal static class TurnRule
{
    /// <summary>What a turn must be told from chance with.</summary>
    public const double Level = 0.05;

    // z(0.8): what four of five repetitions exceed a threshold by, in errors.
    private const double Power = 0.8416212335729143, Tenth = 0.1;
    private const ulong HalvingSeed = 0x48A1F;

    /// <summary>Judges accuracies.</summary>
    /// <param name="courses">For each accuracy its course in the last and in the early layer.</param>
    /// <param name="options">The constants.</param>
    /// <param name="images">How many images an accuracy is of, where hits do not tell; null where it is unknown.</param>
    /// <returns>One verdict for each accuracy that could be judged.</returns>
    public static IReadOnlyList<AccuracyTurn> Judge(
        IReadOnlyList<(string Measure, AccuracyCourse Late, AccuracyCourse Early)> courses, MemorisationOptions options, int? images = null)
    {
        AccuracyTurn[] turns =
        [
            .. courses.Select(course => Judge(course.Measure, course.Late, course.Early, options, images, courses.Count))
                .OfType<AccuracyTurn>(),
        ];
        double[] adjusted = Holm.Adjust([.. turns.Select(turn => turn.P)]);
        return
        [
            .. turns.Zip(adjusted, (turn, p) =>
            {
                bool turned = p < Level && turn.Drop.Value >= options.SmallestDrop;
                return turn with { AdjustedP = p, Turned = turned, Abrupt = turned ? turn.Abrupt : null };
            }),
        ];
    }

    /// <summary>The places of so many images, in two halves that have nothing to do with their order.</summary>
    public static (int[] A, int[] B) Halves(int images)
    {
        var random = new RandomStream(HalvingSeed);
        int[] order = random.Permutation(images);
        return (order[..(images / 2)], order[(images / 2)..]);
    }

    private static AccuracyTurn? Judge(
        string measure, AccuracyCourse late, AccuracyCourse early, MemorisationOptions options, int? images, int tests)
    {
        int[] epochs = [.. late.Epochs.Intersect(early.Epochs)];
        if (epochs.Length < options.FewestEvaluations)
            return null;
        (late, early) = (late.At(epochs), early.At(epochs));
        int last = Math.Max(1, (int)(Tenth * epochs.Length));
        (int Best, AccuracyDrop Drop, AccuracyDrop Beyond)? found = late.Hits is null || early.Hits is null
            ? ByAccuracies(late, early, last, images)
            : ByImages(late, early, last, options.BothHalves);
        if (found is not { } drop)
            return null;
        return new AccuracyTurn(measure, epochs[drop.Best], drop.Drop, drop.Beyond)
        {
            Evaluations = epochs.Length,
            ByImages = late.Hits is not null && early.Hits is not null,
            Abrupt = IsAbrupt(epochs, CurveNoise.Medians(late.Mean()), drop.Best, drop.Drop.Value),
            SmallestVisible = new[]
            {
                drop.Drop.Error?.Visible(tests) ?? 0, drop.Beyond.Error?.Visible(tests) ?? 0,
                options.SmallestDrop + (Power * (drop.Drop.Error?.Standard ?? 0)),
            }.Max(),
        };
    }

    private static (int, AccuracyDrop, AccuracyDrop)? ByImages(AccuracyCourse late, AccuracyCourse early, int last, bool both)
    {
        int images = late.Hits![0][0].Length;
        if (images < 4 || early.Hits![0][0].Length != images)
            return null;
        (int[] a, int[] b) = Halves(images);
        int best = Best(late.Mean(a));
        double[][] drops = Drops(late, best, last, b), others = Drops(early, best, last, b);
        if (both)
        {
            int again = Best(late.Mean(b));
            drops = [.. drops.Zip(Drops(late, again, last, a), (first, second) => first.Concat(second).ToArray())];
            others = [.. others.Zip(Drops(early, again, last, a), (first, second) => first.Concat(second).ToArray())];
        }

        double[][] beyond = [.. drops.Zip(others, (drop, other) => drop.Zip(other, (x, y) => x - y).ToArray())];
        double ends = 1 + (1.0 / last);
        (double ofLate, double ofEarly) = late.Values.Count > 1 ? (0, 0) : (ends * late.CommonVariance(), ends * early.CommonVariance());
        return (best, Of(drops, ofLate), Of(beyond, ofLate + ofEarly));

        // The common variance is known from as many bends as the curve has evaluations between its ends.
        AccuracyDrop Of(double[][] values, double common) => new(
            values.Average(seed => seed.Average()), MeanError.OfImages(values, isShared: true)?.Plus(common, late.Epochs.Count - 2));
    }

    private static (int, AccuracyDrop, AccuracyDrop)? ByAccuracies(AccuracyCourse late, AccuracyCourse early, int last, int? images)
    {
        if (images is not { } count || count < 4)
            return null;
        int best = Best(late.Mean());
        double[] drops = Drop(late), others = Drop(early);
        double[] beyond = [.. drops.Zip(others, (drop, other) => drop - other)];
        double ofLate = Sampling(late), ofEarly = Sampling(early);
        return (best, Mean(drops, ofLate), Mean(beyond, ofLate + ofEarly));

        double[] Drop(AccuracyCourse course) => [.. course.Values.Select(seed => seed[best] - seed[^last..].Average())];
        double Sampling(AccuracyCourse course) => course.Values.Average(
            seed => (Binomial(seed[best]) + (Binomial(seed[^last..].Average()) / last)) / count);
        double Binomial(double fraction) => fraction * (1 - fraction);

        // What seeds share of it is less than what is left out by taking the two accuracies of one seed for unrelated.
        AccuracyDrop Mean(double[] ofSeeds, double sampling) => new(
            ofSeeds.Average(),
            MeanError.OfSeeds(ofSeeds, 1)?.Plus(sampling / ofSeeds.Length, count - 1) ?? (sampling > 0
                ? new MeanError(Math.Sqrt(sampling / ofSeeds.Length), count - 1, ofSeeds.Length, count, MeanErrorOrigin.Sampling)
                : null));
    }

    private static int Best(double[] curve)
    {
        double[] smooth = CurveNoise.Means(curve);
        return Array.IndexOf(smooth, smooth.Max());
    }

    // Of each seed and image: hit at the best epoch, less the share of the last evaluations at which it was hit.
    private static double[][] Drops(AccuracyCourse course, int best, int last, int[] images) =>
    [
        .. course.Hits!.Select(seed => images.Select(
            i => (seed[best][i] ? 1.0 : 0) - seed[^last..].Average(at => at[i] ? 1.0 : 0)).ToArray()),
    ];

    private static bool? IsAbrupt(int[] epochs, double[] curve, int best, double drop)
    {
        double reach = Tenth * (epochs[^1] - epochs[0]);
        (int From, int To)[] windows =
        [
            .. from first in Enumerable.Range(best, epochs.Length - best)
               from second in Enumerable.Range(first + 1, epochs.Length - first - 1)
               where epochs[second] - epochs[first] <= reach
               select (first, second),
        ];
        return windows.Length == 0 ? null : windows.Any(window => curve[window.From] - curve[window.To] >= drop / 2);
    }
}
