using Lethe.Results;

namespace Lethe.Reporting;

/// <summary>A point of a line, with its spread over seeds.</summary>
internal readonly record struct ChartPoint(double X, SeedMean Y);
