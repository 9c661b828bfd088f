using Lethe.Numerics;

namespace Lethe.Augmentation.Corruptions;

/// <summary>Weather and light.</summary>
internal static class WeatherCorruptions
{
    private static readonly (
        double Mean, double Deviation, double Zoom, double Threshold, double Radius, double Sigma, double Kept)[] snowfalls =
    [
        (0.1, 0.2, 1, 0.6, 8, 3, 0.95), (0.1, 0.2, 1, 0.5, 10, 4, 0.9), (0.15, 0.3, 1.75, 0.55, 10, 4, 0.9),
        (0.25, 0.3, 2.25, 0.6, 12, 6, 0.85), (0.3, 0.3, 1.25, 0.65, 14, 12, 0.8),
    ];

    private static readonly (double Kept, double Frost)[] frosts = [(1, 0.2), (1, 0.3), (0.9, 0.4), (0.85, 0.4), (0.75, 0.45)];
    private static readonly (double Thickness, double Decay)[] fogs = [(0.2, 3), (0.5, 3), (0.75, 2.5), (1, 2), (1.5, 1.75)];
    private static readonly double[] lights = [0.05, 0.1, 0.15, 0.2, 0.3];

    /// <summary>A whitened image under bright flakes, drawn out along the line in which they fall, and the same turned around.</summary>
    public static Raster Snow(Raster image, int severity, ref RandomStream stream)
    {
        var how = snowfalls[severity - 1];
        var flakes = new Raster(image.Height, image.Width, 1);
        for (int i = 0; i < flakes.Values.Length; i++)
            flakes.Values[i] = how.Mean + (how.Deviation * stream.NextGaussian());
        flakes = RasterFilter.ZoomIn(flakes, how.Zoom * image.Scale);
        for (int i = 0; i < flakes.Values.Length; i++)
            flakes.Values[i] = flakes.Values[i] < how.Threshold ? 0 : Math.Min(flakes.Values[i], 1);
        flakes = RasterFilter.Motion(flakes, how.Radius * image.Scale, how.Sigma * image.Scale, stream.NextDouble(-135, -45));
        return Raster.Of(image.Height, image.Width, image.Channels, (row, column, channel) =>
        {
            double value = image[row, column, channel], white = Math.Max(value, (1.5 * RasterFilter.Luma(image, row, column)) + 0.5);
            return (how.Kept * value) + (
                (1 - how.Kept) * white) + flakes[row, column, 0] + flakes[image.Height - 1 - row, image.Width - 1 - column, 0];
        });
    }

    /// <summary>Ice on the window: c₀ x + c₁ frost.</summary>
    /// <remarks>
    /// The paper lays photographs of frost over the image, which cannot be part of a program; here it is drawn: <see cref="FrostPattern"/>.
    /// </remarks>
    public static Raster Frost(Raster image, int severity, ref RandomStream stream)
    {
        (double kept, double share) = frosts[severity - 1];
        var pattern = new FrostPattern(ref stream);
        int shortSide = Math.Min(image.Height, image.Width);
        return Raster.Of(image.Height, image.Width, image.Channels, (row, column, channel) =>
            (kept * image[row, column, channel]) + (
                share * pattern.At((double)column / shortSide, (double)row / shortSide, image.Channels == 1 ? 1 : channel)));
    }

    /// <summary>Fog whose thickness is a plasma fractal: (x + c · fog) m / (m + c), m the largest value of the image.</summary>
    public static Raster Fog(Raster image, int severity, ref RandomStream stream)
    {
        (double thickness, double decay) = fogs[severity - 1];
        double[,] fog = PlasmaFractal.Draw(Math.Max(image.Height, image.Width), decay, ref stream);
        double most = image.Values.Max();
        return Raster.Of(
            image.Height,
            image.Width,
            image.Channels,
            (row, column, channel) => (image[row, column, channel] + (thickness * fog[row, column])) * most / (most + thickness));
    }

    /// <summary>
    /// The value of HSV is raised by c: hue and saturation stay, so a colour is scaled by its new value over its old one.
    /// </summary>
    public static Raster Brightness(Raster image, int severity, ref RandomStream stream)
    {
        double more = lights[severity - 1];
        for (int i = 0; i < image.Values.Length; i += image.Channels)
        {
            Span<double> pixel = image.Values.AsSpan(i, image.Channels);
            double value = 0;
            foreach (double part in pixel)
                value = Math.Max(value, part);
            double raised = Math.Min(value + more, 1);
            foreach (ref double part in pixel)
                part = value > 0 ? part * raised / value : raised;
        }

        return image;
    }
}
