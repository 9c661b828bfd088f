using Lethe.Diagnostics;

namespace Lethe.Results;

/// <summary>A cell of a <see cref="Grid"/>.</summary>
/// <param name="Text">The name or number.</param>
/// <param name="IsClear">Whether it is a difference that can be told from chance, as <see cref="PairedDifference.IsClear"/> says.</param>
internal sealed record GridCell(string Text, bool IsClear = false)
{
    /// <summary>What stands where there is nothing to show.</summary>
    public const string Nothing = "–";

    /// <summary>The number's deviation, interval and p, as far as there are any.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>A mean with its deviation.</summary>
    public static GridCell Of(Spread? value, double factor, int decimals) => value is not { } spread ? new GridCell(Nothing) : new GridCell(
        Wording.Fixed(factor * spread.Mean, decimals))
    {
        Beside = spread.Count == 1 ? [] : [$"± {Wording.Fixed(factor * spread.Deviation, decimals)}"],
    };

    /// <summary>A difference of fractions in percentage points, with its test.</summary>
    public static GridCell Of(PairedDifference? difference)
    {
        if (difference is null)
            return new GridCell(Nothing);
        var beside = new List<string>();
        if (difference.Deviation is { } deviation)
            beside.Add($"± {Wording.Fixed(100 * deviation, 2)}");
        if (difference is { Low: { } low, High: { } high })
            beside.Add($"[{Wording.Points(low, 2)}, {Wording.Points(high, 2)}]");
        if (difference.P is { } p)
            beside.Add(Wording.Chance(p));
        return new GridCell(Wording.Points(difference.Mean, 2), difference.IsClear) { Beside = beside };
    }
}
