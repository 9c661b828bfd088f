namespace Lethe.Reporting;

/// <summary>What one entrant reached.</summary>
/// <param name="Value">Mean and standard deviation over seeds.</param>
/// <param name="Low">Lower end of the interval that the one record states; null where there are several seeds, or no interval.</param>
/// <param name="High">Upper end of it.</param>
public sealed record ComparisonCell(Spread Value, double? Low, double? High);
