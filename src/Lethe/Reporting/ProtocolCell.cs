namespace Lethe.Reporting;

/// <summary>One number of a <see cref="ProtocolTable"/>.</summary>
/// <param name="Value">The number; the mean over runs where there are several.</param>
/// <param name="Low">Lower end of its interval.</param>
/// <param name="High">Upper end of its interval.</param>
public sealed record ProtocolCell(double Value, double? Low, double? High)
{
    /// <summary>The number times a hundred with its interval in brackets.</summary>
    /// <returns>As <c>71.3 [69.2, 73.3]</c>.</returns>
    public override string ToString() => Wording.Fixed(100 * Value, 1)
        + (Low is { } low && High is { } high ? $" [{Wording.Fixed(100 * low, 1)}, {Wording.Fixed(100 * high, 1)}]" : "");
}
