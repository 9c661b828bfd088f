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

        // ΔR has a scale of its own, losses have none.
        ReductionCurve fall = ReductionMonitor.JudgeCurve(Each(epoch => -unseen[epoch]), options with { AbsoluteTolerance = 0 });
        ReductionCurve apart = ReductionMonitor.JudgeCurve(
            Each(epoch => unseen[epoch] - seen[epoch]), options with { AbsoluteTolerance = 0 });
        if (fall.PeakEpoch is not { } lowest)
            return new LossTurn(0, null, 0, false);
        int at = Array.IndexOf(epochs, lowest);
        double[] gap = CurveNoise.Medians([.. epochs.Select(epoch => unseen[epoch] - seen[epoch])]);
        bool parted = gap[^1] - gap[at] > Math.Max(apart.Tolerance, fall.Drop / 2);
        return new LossTurn(epochs.Length, lowest, fall.Drop, fall.Shape == CurveShape.Turned && parted);

        SortedDictionary<int, double> Each(Func<int, double> value) => new(epochs.ToDictionary(epoch => epoch, value));
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
}
