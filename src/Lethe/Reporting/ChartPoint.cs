using Lethe.Results;

namespace Lethe.Reporting;

/// <summary>A point of a line, with its spread over seeds, or an interval in its place.</summary>
internal readonly record struct ChartPoint(double X, SeedMean Y)
{
    /// <summary>Lower and upper end of the interval; null for the deviation over seeds.</summary>
    public (double Low, double High)? Interval { get; init; }

    /// <summary>How far the band around the point reaches.</summary>
    public (double Low, double High) Ends => Interval ?? (Y.Mean - Y.Deviation, Y.Mean + Y.Deviation);
}
