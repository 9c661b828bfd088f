namespace Lethe.Reporting;

/// <summary>Where values lie in a drawing; y grows downwards.</summary>
/// <param name="Left">Left edge.</param>
/// <param name="Right">Right edge.</param>
/// <param name="Top">Upper edge.</param>
/// <param name="Floor">Lower edge.</param>
/// <param name="X">Axis from left to right.</param>
/// <param name="Y">Axis from the floor upwards.</param>
internal sealed record PlotArea(double Left, double Right, double Top, double Floor, AxisScale X, AxisScale Y)
{
    public double PlaceX(double value) => Left + (X.Place(value) * (Right - Left));

    public double PlaceY(double value) => Floor - (Y.Place(value) * (Floor - Top));
}
