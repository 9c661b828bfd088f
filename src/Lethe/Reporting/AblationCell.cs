using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Reporting;

/// <summary>A number of an ablation table in words.</summary>
/// <param name="Main">The number.</param>
/// <param name="Beside">Its deviation, interval and p, as far as there are any.</param>
/// <param name="IsClear">Whether it is a difference whose interval leaves out 0.</param>
internal sealed record AblationCell(string Main, IReadOnlyList<string> Beside, bool IsClear)
{
    /// <summary>The columns of a table: what it is about, its title, and the cell of a row where there is one.</summary>
    public static IReadOnlyList<(string Group, string Title, Func<AblationRow, AblationCell?> Cell)> Columns(AblationTable table)
    {
        (string Group, string Title, Func<AblationRow, AblationCell?> Cell)[] columns =
        [
            .. Accuracy(EvaluationProtocol.Linear),
            .. Accuracy(EvaluationProtocol.Knn),
            ("label-free", "ΔR unseen", row => Plain(row[EvaluationProtocol.InstanceReductionHeldOut])),
            ("label-free", "ΔR gap", row => Plain(row[AblationTable.ReductionGap])),
            ("label-free", "rank", row => Plain(row[EvaluationProtocol.EffectiveRank])),
        ];
        return [.. columns.Where(column => table.Rows.Any(row => column.Cell(row) is not null))];
    }

    private static IEnumerable<(string, string, Func<AblationRow, AblationCell?>)> Accuracy(string protocol)
    {
        string name = $"{Wording.Protocol(protocol)} accuracy";
        yield return (name, "%", row => row[protocol] is { } measure ? Of(measure.Value, 100, 1) : null);
        yield return (name, "− control", row => Of(row[protocol]?.OverControl));
        yield return (name, "− before", row => Of(row[protocol]?.OverBefore));
    }

    private static AblationCell? Plain(AblationMeasure? measure) => measure is null ? null : Of(measure.Value, 1, 2);

    private static AblationCell Of(Spread value, double factor, int decimals) => new(
        Wording.Fixed(factor * value.Mean, decimals),
        value.Count == 1 ? [] : [$"± {Wording.Fixed(factor * value.Deviation, decimals)}"],
        false);

    private static AblationCell? Of(PairedDifference? difference)
    {
        if (difference is null) return null;
        var beside = new List<string>();
        if (difference.Deviation is { } deviation) beside.Add($"± {Wording.Fixed(100 * deviation, 2)}");
        if (difference is { Low: { } low, High: { } high }) beside.Add($"[{Wording.Points(low, 2)}, {Wording.Points(high, 2)}]");
        if (difference.P is { } p) beside.Add(Wording.Chance(p));
        return new AblationCell(Wording.Points(difference.Mean, 2), beside, difference.IsClear);
    }
}
