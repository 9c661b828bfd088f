namespace Lethe.Reporting;

/// <summary>A line of a chart.</summary>
/// <param name="Name">Written beside the line's end.</param>
/// <param name="Colour">Class of the style sheet that gives the colour.</param>
/// <param name="Dashed">Whether the line is dashed.</param>
/// <param name="Points">From left to right.</param>
internal sealed record ChartSeries(string Name, string Colour, bool Dashed, IReadOnlyList<ChartPoint> Points);
