using Lethe.Runtime;

namespace Lethe.Diagnostics;

/// <summary>
/// Says what ΔR of the instance partition did over training: where it turned, and where images trained on parted from unseen ones.
/// </summary>
/// <remarks>
/// <para>Two signs, each with its own rule. Values are smoothed first: the median of three neighbours, at the ends of the three
/// outermost.</para>
/// <para>
/// <b>Turn</b> (the paper's sign). With the maximum at evaluation p and the tolerance
/// t = max(relative tolerance · range, absolute tolerance, noise tolerance · σ), ΔR turned at p if it rose to p by more than t
/// from some earlier evaluation, and the last evaluations, at least <c>Patience</c> of them, all lie more than t below the maximum. σ is
/// the noise of the unsmoothed curve, from the median of its second differences, so that a trend does not count as noise. A curve that has
/// its maximum at the start falls; it did not turn.
/// </para>
/// <para>
/// <b>Gap</b>. ΔR on training images less ΔR on unseen images opened at the first evaluation from which on, for at least
/// <c>Patience</c> evaluations and to the last, it lies more than t above its first value; t as above, but the range is that of ΔR on
/// training images, so that a gap that is small beside ΔR does not count. Both must be of equally many rows.
/// </para>
/// <para>
/// Neither says that features got worse: with labels of which most are random neither tells the runs that memorise from those that do not
/// (docs/results/control.md). A gap says that these images were trained on. <see cref="MemorisationMonitor"/> says what is memorisation.
/// Source: Qiang et al. 2024, arXiv:2410.00772, for the turn; the gap and both rules are this library's.
/// </para>
/// </remarks>
internal static class ReductionMonitor
{
    /// <summary>Judges a run, whole or so far.</summary>
    /// <param name="measurements">
    /// Any measurements, as of a run's <c>metrics.jsonl</c>; those named <c>instanceReductionTrain</c> and
    /// <c>instanceReductionHeldOut</c> are used: ΔR of the instance partition on images trained on and on unseen ones, in nats. Of two for
    /// one epoch the later in the list counts, as after a resume.
    /// </param>
    /// <param name="options">The constants of the rule; null takes the defaults.</param>
    /// <returns>What ΔR did, in all and in each layer.</returns>
    /// <exception cref="InvalidOptionException">An option cannot be used.</exception>
    public static ReductionVerdict Judge(IEnumerable<Measurement> measurements, MemorisationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(measurements);
        options ??= new MemorisationOptions();
        options.Validate();
        LayerReduction[] layers =
        [
            .. measurements
                .Where(m => m.Name is Measure.InstanceReductionTrain or Measure.InstanceReductionHeldOut)
                .GroupBy(m => m.Layer)
                .Select(
                    layer => JudgeLayer(
                        layer.Key, Series(layer, Measure.InstanceReductionTrain), Series(layer, Measure.InstanceReductionHeldOut),
                        options)),
        ];
        return Summarise(layers, options);
    }

    private static SortedDictionary<int, double> Series(IEnumerable<Measurement> layer, string name)
    {
        var series = new SortedDictionary<int, double>();
        foreach (Measurement measurement in layer.Where(m => m.Name == name))
        {
            series[measurement.Epoch] = measurement.Value;
        }

        return series;
    }

    private static LayerReduction JudgeLayer(
        string layer, SortedDictionary<int, double> train, SortedDictionary<int, double> heldOut, MemorisationOptions options)
    {
        var gap = new SortedDictionary<int, double>(
            train.Where(p => heldOut.ContainsKey(p.Key)).ToDictionary(p => p.Key, p => p.Value - heldOut[p.Key]));
        return new LayerReduction(
            layer, JudgeCurve(train, options), JudgeCurve(heldOut, options), JudgeGap(gap, Range(Smooth([.. train.Values])), options));
    }

    private static ReductionCurve JudgeCurve(SortedDictionary<int, double> series, MemorisationOptions options)
    {
        int[] epochs = [.. series.Keys];
        double[] raw = [.. series.Values], curve = Smooth(raw);
        int count = curve.Length;
        if (count == 0)
            return new ReductionCurve(CurveShape.TooShort, 0, null, 0, 0, 0);

        double tolerance = Tolerance(raw, Range(curve), options);
        double peak = curve.Max();
        int at = Array.IndexOf(curve, peak);
        bool rose = peak - curve[..(at + 1)].Min() > tolerance;
        int below = curve.Reverse().TakeWhile(value => value < peak - tolerance).Count();
        bool fell = below >= options.Patience;
        CurveShape shape = count < options.FewestEvaluations ? CurveShape.TooShort
            : rose && fell ? CurveShape.Turned
            : rose ? CurveShape.Rising
            : fell ? CurveShape.Falling
            : CurveShape.Flat;
        return new ReductionCurve(shape, count, epochs[at], peak, curve[^1], tolerance);
    }

    private static ReductionGap JudgeGap(SortedDictionary<int, double> series, double range, MemorisationOptions options)
    {
        double[] raw = [.. series.Values], gap = Smooth(raw);
        int count = gap.Length;
        if (count == 0)
            return new ReductionGap(false, null, 0, 0, 0, 0);

        double tolerance = Tolerance(raw, range, options);
        int open = gap.Reverse().TakeWhile(value => value > gap[0] + tolerance).Count();
        bool opened = count >= options.FewestEvaluations && open >= options.Patience;
        return new ReductionGap(opened, opened ? series.Keys.ElementAt(count - open) : null, count, gap[0], gap[^1], tolerance);
    }

    private static double Tolerance(double[] raw, double range, MemorisationOptions options) =>
        Math.Max(Math.Max(options.RelativeTolerance * range, options.AbsoluteTolerance), options.NoiseTolerance * CurveNoise.Of(raw));

    private static double[] Smooth(double[] raw) => CurveNoise.Medians(raw);

    private static double Range(double[] values) => values.Length == 0 ? 0 : values.Max() - values.Min();

    private static ReductionVerdict Summarise(LayerReduction[] layers, MemorisationOptions options)
    {
        var turn = layers
            .SelectMany(l => new[] { (l.Layer, Images: "training", Curve: l.Train), (l.Layer, Images: "unseen", Curve: l.HeldOut) })
            .Where(t => t.Curve.Shape == CurveShape.Turned)
            .OrderBy(t => t.Curve.PeakEpoch).ThenByDescending(t => t.Curve.Drop)
            .FirstOrDefault();
        LayerReduction? gap = layers
            .Where(l => l.Gap.Opened)
            .OrderBy(l => l.Gap.OnsetEpoch).ThenByDescending(l => l.Gap.Last - l.Gap.First)
            .FirstOrDefault();
        int evaluations = layers.Select(l => Math.Max(l.Train.Evaluations, l.HeldOut.Evaluations)).DefaultIfEmpty().Max();

        string reason;
        if (evaluations < options.FewestEvaluations)
        {
            reason = $"Too few evaluations to say what ΔR did: {evaluations}, and the rule needs {options.FewestEvaluations}.";
        }
        else
        {
            reason = turn.Curve is null
                ? "ΔR did not turn in any layer."
                : Invariant($"ΔR of {turn.Layer} on {turn.Images} images turned at epoch {turn.Curve.PeakEpoch}: it peaked at ")
                    + Invariant($"{turn.Curve.Peak:0.00} nats and ended {turn.Curve.Drop:0.00} below.");
            if (gap is not null)
                reason += Invariant($" From epoch {gap.Gap.OnsetEpoch} on, ΔR of {gap.Layer} on training images rose against ΔR on unseen ")
                    + Invariant($"ones: their difference went from {gap.Gap.First:0.00} to {gap.Gap.Last:0.00} nats, which ")
                    + "says that they were trained on, not that anything is the worse for it.";
            else if (layers.Any(l => l.Gap.Evaluations >= options.FewestEvaluations))
                reason += " No layer opened a gap between ΔR on training and on unseen images.";
        }

        return new ReductionVerdict(
            turn.Curve is not null, turn.Curve?.PeakEpoch, turn.Layer, gap is not null, gap?.Gap.OnsetEpoch, gap?.Layer, reason) { Layers =
                layers };
    }
}
