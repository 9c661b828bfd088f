using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Reporting;

/// <summary>One row of a <see cref="ComparisonTable"/>: one thing that was measured.</summary>
/// <param name="Protocol">A protocol of <c>--protocol</c>, or a constant of <see cref="EvaluationProtocol"/> for the quick probes of every evaluation.</param>
/// <param name="Measure">What was measured, as accuracy; null for the quick probes.</param>
/// <param name="Variant">What was fitted.</param>
/// <param name="Target">The other data set; null for the encoder's own.</param>
/// <param name="LabelShare">The part of the labels; null where that is not the question.</param>
/// <param name="Quick">Whether it was made with <c>--quick</c>.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Settings">How it was measured; several where entrants differ in it.</param>
/// <param name="Cells">One for each entrant; null where it was not measured, or in different ways by its runs.</param>
/// <param name="Differences">Those that could be taken.</param>
public sealed record ComparisonRow(
    string Protocol,
    string? Measure,
    string? Variant,
    string? Target,
    double? LabelShare,
    bool Quick,
    string Layer,
    IReadOnlyList<string> Settings,
    IReadOnlyList<ComparisonCell?> Cells,
    IReadOnlyList<ComparisonDifference> Differences)
{
    /// <summary>The row in words, without its layer.</summary>
    public string Name => Title(Protocol, Measure, Variant, Target, LabelShare, Quick);

    // Protocols give fractions; of the quick probes, ΔR is in nats and the rank counts dimensions.
    private bool IsFraction => Measure is not null || Wording.IsAccuracy(Protocol);

    internal static string Title(string protocol, string? measure, string? variant, string? target, double? labelShare, bool quick) => measure is null
        ? protocol switch
        {
            EvaluationProtocol.EffectiveRank => "effective rank",
            _ when Wording.IsAccuracy(protocol) => $"{Wording.Protocol(protocol)} probe, accuracy",
            _ => Wording.Protocol(protocol),
        }
        : string.Join(", ", new[]
        {
            target is null ? protocol : $"{protocol} on {target}",
            variant == protocol ? null : variant,
            labelShare is { } share ? $"{Wording.Short(100 * share)} % of the labels" : null,
            measure,
            quick ? "quick" : null,
        }.Where(part => part is not null));

    internal string Text(ComparisonCell? cell)
    {
        if (cell is null) return "–";
        if (cell.Value.Count > 1) return $"{Number(cell.Value.Mean)} ± {Number(cell.Value.Deviation)} ({cell.Value.Count})";
        return cell is { Low: { } low, High: { } high } ? $"{Number(cell.Value.Mean)} [{Number(low)}, {Number(high)}]" : Number(cell.Value.Mean);
    }

    /// <summary>Mean, deviation, interval, p, n.</summary>
    internal IReadOnlyList<string> Text(PairedDifference difference) =>
    [
        Signed(difference.Mean),
        difference.Deviation is { } deviation ? Wording.Fixed(Scale * deviation, 2) : "–",
        difference is { Low: { } low, High: { } high } ? $"[{Signed(low)}, {Signed(high)}]" : "–",
        difference.P is { } p ? Wording.Chance(p)[2..] : "–",
        $"{difference.Count}",
    ];

    private double Scale => IsFraction ? 100 : 1;

    private string Number(double value) => Wording.Fixed(Scale * value, IsFraction ? 1 : 2);

    private string Signed(double value) => Wording.Points(Scale * value / 100, 2);
}
