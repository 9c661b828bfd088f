namespace Lethe.Diagnostics;

/// <summary>One accuracy of one layer over the evaluations of several seeds.</summary>
/// <param name="Epochs">The epochs at which every seed was evaluated, ascending.</param>
/// <param name="Values">For each seed the accuracy at each epoch, in [0, 1].</param>
/// <param name="Hits">
/// For each seed and epoch whether each image was labelled right, the same images in the same order; null where a run did not record it.
/// </param>
internal sealed record AccuracyCourse(IReadOnlyList<int> Epochs, IReadOnlyList<double[]> Values, IReadOnlyList<bool[][]>? Hits)
{
    /// <summary>Takes the course of a layer out of what was measured.</summary>
    /// <param name="runs">The measurements of each seed; of two for one epoch the later counts, as after a resume.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="measure">The accuracy.</param>
    /// <returns>The course, of no epoch where a seed was never evaluated.</returns>
    public static AccuracyCourse Of(IReadOnlyList<IReadOnlyList<Measurement>> runs, string layer, string measure)
    {
        Dictionary<int, Measurement>[] found =
        [
            .. runs.Select(run => run.Where(m => m.Layer == layer && m.Name == measure).GroupBy(m => m.Epoch)
                .ToDictionary(epoch => epoch.Key, epoch => epoch.Last())),
        ];
        int[] epochs = [.. found[0].Keys.Where(epoch => found.All(run => run.ContainsKey(epoch))).Order()];
        string?[] hits = [.. from run in found from epoch in epochs select run[epoch].Hits];
        bool[][][]? unpacked = epochs.Length == 0 || hits.Contains(null)
            ? null
            : [.. found.Select(run => epochs.Select(epoch => Diagnostics.Hits.Unpack(run[epoch].Hits!)).ToArray())];
        bool same = unpacked?.SelectMany(run => run).Select(images => images.Length).Distinct().Count() == 1;
        return new AccuracyCourse(
            epochs, [.. found.Select(run => epochs.Select(epoch => run[epoch].Value).ToArray())], same ? unpacked : null);
    }

    /// <summary>Whether a layer did not change in any of the runs, as one that was frozen.</summary>
    /// <param name="runs">As above.</param>
    /// <param name="layer">The layer.</param>
    /// <remarks>ΔR is a real number: it is the same to the last bit only where the features are.</remarks>
    public static bool StoodStill(IReadOnlyList<IReadOnlyList<Measurement>> runs, string layer)
    {
        AccuracyCourse reduction = Of(runs, layer, Measure.InstanceReductionHeldOut);
        return reduction.Epochs.Count > 1 && reduction.Values.All(seed => seed.Distinct().Count() == 1);
    }

    /// <summary>The same at some of the epochs, all of which it has.</summary>
    public AccuracyCourse At(IReadOnlyList<int> epochs)
    {
        int[] places = [.. epochs.Select(epoch => Epochs.ToList().IndexOf(epoch))];
        return new AccuracyCourse(
            epochs, [.. Values.Select(seed => places.Select(i => seed[i]).ToArray())],
            Hits is null ? null : [.. Hits.Select(seed => places.Select(i => seed[i]).ToArray())]);
    }

    /// <summary>The accuracy at each epoch, the mean over seeds.</summary>
    /// <param name="images">The images that count; null for all.</param>
    public double[] Mean(IReadOnlyList<int>? images = null) =>
    [
        .. Enumerable.Range(0, Epochs.Count).Select(t => images is null || Hits is null
            ? Values.Average(seed => seed[t])
            : Hits.Average(seed => images.Average(i => seed[t][i] ? 1.0 : 0))),
    ];

    /// <summary>
    /// By how much accuracies of one seed move together from one evaluation to the next, all images alike, as a variance: that of the curve
    /// less what the images give by chance. 0 without hits, where it cannot be told apart.
    /// </summary>
    public double CommonVariance()
    {
        if (Hits is null || Epochs.Count < 3)
            return 0;
        double sum = 0;
        foreach ((double[] curve, bool[][] hits) in Values.Zip(Hits))
        {
            double noise = CurveNoise.Of(curve);
            double chance = Enumerable.Range(1, curve.Length - 2).Average(t => BendVariance(hits[t - 1], hits[t], hits[t + 1])) / 6;
            sum += Math.Max(0, (noise * noise) - chance);
        }

        return sum / Values.Count;
    }

    // Of the mean over images of a second difference.
    private static double BendVariance(bool[] before, bool[] at, bool[] after)
    {
        double sum = 0, squares = 0;
        for (int i = 0; i < at.Length; i++)
        {
            double bend = (before[i] ? 1 : 0) - (at[i] ? 2 : 0) + (after[i] ? 1 : 0);
            sum += bend;
            squares += bend * bend;
        }

        double mean = sum / at.Length;
        return ((squares / at.Length) - (mean * mean)) / Math.Max(1, at.Length - 1);
    }
}
