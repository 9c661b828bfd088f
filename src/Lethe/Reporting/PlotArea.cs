namespace Lethe.Reporting;

/// <summary>Where values lie in a drawing; y grows downwards.</summary>
internal sealed record PlotArea(double Left, double Right, double Top, double Floor, AxisScale X, AxisScale Y)
{
    public double PlaceX(double value) => Left + (X.Place(value) * (Right - Left));

    public double PlaceY(double value) => Floor - (Y.Place(value) * (Floor - Top));
}
