namespace Lethe.Diagnostics;

/// <summary>What the method's loss on unseen images did over training.</summary>
/// <param name="Evaluations">How many evaluations have it, on images trained on as well.</param>
/// <param name="LowestEpoch">The epoch at which it was lowest; null without evaluations.</param>
/// <param name="Rise">How far it ended above that.</param>
/// <param name="Turned">
/// Whether it fell to there and then rose and stayed up, by more than its noise, and not on images trained on alike.
/// </param>
internal sealed record LossTurn(int Evaluations, int? LowestEpoch, double Rise, bool Turned)
{
    /// <summary>Judges a run or, by the mean of their losses, several.</summary>
    public static LossTurn Of(IReadOnlyList<IReadOnlyList<Measurement>> runs, MemorisationOptions options)
    {
        SortedDictionary<int, double> unseen = Series(Measure.LossHeldOut), seen = Series(Measure.LossTrain);
        int[] epochs = [.. unseen.Keys.Where(seen.ContainsKey)];

        if (epochs.Length == 0)
            return new LossTurn(0, null, 0, false);

        // The first value is that of before training, which no neighbour is like.
        double[] raw = [.. epochs.Select(epoch => unseen[epoch])], apart = [.. epochs.Select(epoch => unseen[epoch] - seen[epoch])];
        double[] curve = [raw[0], .. CurveNoise.Medians(raw).Skip(1)];
        double lowest = curve.Min(), tolerance = Tolerance(raw, options);
        int at = Array.IndexOf(curve, lowest);
        bool fell = curve[..(at + 1)].Max() - lowest > tolerance;
        bool rose = curve.Reverse().TakeWhile(value => value > lowest + tolerance).Count() >= options.Patience;

        // More than half of the rise must be the unseen images' own.
        bool parted = CurveNoise.Medians(apart)[^1] - CurveNoise.Medians(apart)[at] > Math.Max(
            Tolerance(apart, options), (curve[^1] - lowest) / 2);
        return new LossTurn(
            epochs.Length, epochs[at], curve[^1] - lowest, epochs.Length >= options.FewestEvaluations && fell && rose && parted);

        SortedDictionary<int, double> Series(string name)
        {
            Dictionary<int, double>[] found =
            [
                .. runs.Select(run => run.Where(m => m.Layer == Measure.Run && m.Name == name).GroupBy(m => m.Epoch)
                    .ToDictionary(epoch => epoch.Key, epoch => epoch.Last().Value)),
            ];
            return new(found[0].Keys.Where(epoch => found.All(run => run.ContainsKey(epoch))).ToDictionary(
                epoch => epoch, epoch => found.Average(run => run[epoch])));
        }
    }

    private static double Tolerance(double[] values, MemorisationOptions options) =>
        Math.Max(options.RelativeTolerance * (values.Max() - values.Min()), options.NoiseTolerance * CurveNoise.Of(values));
}
