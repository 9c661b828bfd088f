namespace Lethe.Reporting;

/// <summary>A line of a chart: its name stands at its end, its colour is a class of the style sheet, its points go to the right.</summary>
internal sealed record ChartSeries(string Name, string Colour, bool Dashed, IReadOnlyList<ChartPoint> Points);
