using Lethe.Results;

namespace Lethe.Reporting;

/// <summary>A point of a line, with its spread over seeds.</summary>
/// <param name="X">Where.</param>
/// <param name="Y">Mean over seeds.</param>
internal readonly record struct ChartPoint(double X, Spread Y);
