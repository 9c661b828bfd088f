using Lethe.Diagnostics;

namespace Lethe.Results;

/// <summary>A cell of a <see cref="Grid"/>; clear is what <see cref="PairedDifference.IsClear"/> says is.</summary>
internal sealed record GridCell(string Text, bool IsClear = false)
{
    /// <summary>What stands where there is nothing to show.</summary>
    public const string Nothing = "–";

    /// <summary>What that means.</summary>
    public const string AboutNothing = "– is what was not measured there, or, of a difference, what so few seeds do not give.";

    /// <summary>The number's deviation, interval and p, as far as there are any.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>A mean with its deviation beside it; fractions are shown times 100, with one digit after the point.</summary>
    public static GridCell Of(SeedMean? value, bool isFraction, int decimals)
    {
        string Number(double number) => isFraction ? Wording.Fixed(100 * number, 1) : Wording.Fixed(number, decimals);
        return value is not { } of ? new(Nothing) : new(Number(of.Mean)) { Beside = of.Count == 1 ? [] : [$"± {Number(of.Deviation)}"] };
    }

    /// <summary>A mean with deviation and number of seeds; of one seed, with the interval that the evaluation states.</summary>
    public static GridCell OverSeeds(ResultKey key, ResultCell? cell)
    {
        (double factor, int decimals) = key.IsFraction ? (100.0, 1) : (1.0, 2);
        return new(cell is null ? Nothing
            : cell.Value.Times(factor) is not { Count: > 1 } over ? cell.Text(factor, decimals)
            : $"{Wording.Fixed(over.Mean, decimals)} ± {Wording.Fixed(over.Deviation, decimals)} ({over.Count})");
    }

    /// <summary>A difference of fractions in percentage points, with its test beside it, or with what it could have shown.</summary>
    public static GridCell Of(PairedDifference? difference)
    {
        if (difference is null)
            return new(Nothing);
        string[] parts = [.. Parts(difference, 100)];
        string[] beside =
        [
            parts[1] == Nothing ? Nothing : $"± {parts[1]}",
            parts[2],
            difference.P is { } p ? Wording.Chance(p) : Nothing,
            difference.IsClear || difference.VisibleFrom is null or > 1 ? Nothing : $"visible from {parts[5]}",
        ];
        return new(parts[0], difference.IsClear) { Beside = [.. beside.Where(part => part != Nothing)] };
    }

    /// <summary>Mean, deviation, interval, p, Holm's p, what it is visible from and n of a difference in cells of their own.</summary>
    public static IEnumerable<GridCell> Apart(ResultKey key, PairedDifference difference) =>
        Parts(difference, key.IsFraction ? 100 : 1).Index().Select(part => new GridCell(part.Item, part.Index == 0 && difference.IsClear));

    private static string Chance(double? p) => p is { } chance ? Wording.Chance(chance)[2..] : Nothing;

    private static IEnumerable<string> Parts(PairedDifference difference, double factor) =>
    [
        Wording.Signed(factor * difference.Mean, 2),
        difference.Deviation is { } deviation ? Wording.Fixed(factor * deviation, 2) : Nothing,
        difference is { Low: { } low, High: { } high }
            ? $"[{Wording.Signed(factor * low, 2)}, {Wording.Signed(factor * high, 2)}]"
            : Nothing,
        Chance(difference.P),
        Chance(difference.PHolm),
        difference.VisibleFrom is { } visible ? Wording.Fixed(factor * visible, 2) : Nothing,
        $"{difference.Count}",
    ];
}
