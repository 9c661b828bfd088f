using Lethe.Diagnostics;

namespace Lethe.Reporting;

/// <summary>What one entrant is above another, paired by seed.</summary>
/// <param name="Entrant">Name of the entrant.</param>
/// <param name="Baseline">Name of the entrant that is taken off.</param>
/// <param name="Difference">The difference, in the unit of the row.</param>
public sealed record ComparisonDifference(string Entrant, string Baseline, PairedDifference Difference);
