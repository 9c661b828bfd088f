using Lethe.Numerics;

namespace Lethe.Augmentation.Corruptions;

/// <summary>What processing and storing does to images.</summary>
internal static class DigitalCorruptions
{
    private static readonly double[] contrasts = [0.75, 0.5, 0.4, 0.3, 0.15];
    private static readonly double[] sizes = [0.95, 0.9, 0.85, 0.75, 0.65];
    private static readonly int[] qualities = [80, 65, 58, 50, 40];

    // In units of the short side: strength and smoothness of the displacement, and how far the corners of the affine map move.
    private static readonly (double Strength, double Smoothness, double Affine)[] elastics =
        [(0, 0, 0.08), (0.05, 0.2, 0.07), (0.08, 0.06, 0.06), (0.1, 0.04, 0.05), (0.1, 0.03, 0.03)];

    /// <summary>Each channel is drawn towards its mean.</summary>
    public static Raster Contrast(Raster image, int severity, ref RandomStream stream)
    {
        double kept = contrasts[severity - 1];
        for (int channel = 0; channel < image.Channels; channel++)
        {
            double sum = 0;
            for (int i = channel; i < image.Values.Length; i += image.Channels)
                sum += image.Values[i];
            double mean = sum / (image.Height * image.Width);
            for (int i = channel; i < image.Values.Length; i += image.Channels)
                image.Values[i] = ((image.Values[i] - mean) * kept) + mean;
        }

        return image;
    }

    /// <summary>A random affine map, then a smooth random displacement of each pixel; bilinear, mirrored at the border.</summary>
    public static Raster Elastic(Raster image, int severity, ref RandomStream stream)
    {
        (double strength, double smoothness, double affine) = elastics[severity - 1];
        int side = Math.Min(image.Height, image.Width);
        Raster moved = Affine(image, affine * side, ref stream);
        if (strength == 0)
            return moved;
        Raster right = Displacement(ref stream), down = Displacement(ref stream);
        return Raster.Of(image.Height, image.Width, image.Channels, (row, column, channel) =>
            moved.Sample(
                row + (side * strength * down[row, column, 0]), column + (side * strength * right[row, column, 0]), channel,
                Border.Reflect));

        Raster Displacement(ref RandomStream draws)
        {
            var field = new Raster(image.Height, image.Width, 1);
            for (int i = 0; i < field.Values.Length; i++)
                field.Values[i] = draws.NextDouble(-1, 1);
            return RasterFilter.Gaussian(field, smoothness * side, 3, Border.Reflect);
        }
    }

    /// <summary>Brought to a smaller size and back, each pixel the mean of those that it covers.</summary>
    public static Raster Pixelate(Raster image, int severity, ref RandomStream stream)
    {
        double size = sizes[severity - 1];
        int height = (int)(image.Height * size), width = (int)(image.Width * size);
        return BoxResample.To(BoxResample.To(image, height, width), image.Height, image.Width);
    }

    /// <summary>Stored as JPEG: <see cref="JpegLoss"/>.</summary>
    public static Raster Jpeg(Raster image, int severity, ref RandomStream stream) => JpegLoss.Apply(image, qualities[severity - 1]);

    /// <summary>Three points around the middle move by up to so many pixels, and the image with them.</summary>
    private static Raster Affine(Raster image, double reach, ref RandomStream stream)
    {
        double middleX = image.Width / 2, middleY = image.Height / 2, arm = Math.Min(image.Height, image.Width) / 3;
        (double X, double Y)[] from = [(middleX + arm, middleY + arm), (middleX + arm, middleY - arm), (middleX - arm, middleY - arm)];
        var to = new (double X, double Y)[3];
        for (int i = 0; i < 3; i++)
            to[i] = (from[i].X + stream.NextDouble(-reach, reach), from[i].Y + stream.NextDouble(-reach, reach));

        // Where a pixel of the result comes from: coordinates along the sides of the moved triangle are those along the sides of the other.
        double ux = to[0].X - to[1].X, uy = to[0].Y - to[1].Y, vx = to[2].X - to[1].X, vy = to[2].Y - to[1].Y, area = (ux * vy) - (uy * vx);
        return Raster.Of(image.Height, image.Width, image.Channels, (row, column, channel) =>
        {
            double px = column - to[1].X, py = row - to[1].Y;
            double s = ((px * vy) - (py * vx)) / area, t = ((ux * py) - (uy * px)) / area;
            return image.Sample(
                from[1].Y + (s * (from[0].Y - from[1].Y)) + (t * (from[2].Y - from[1].Y)),
                from[1].X + (s * (from[0].X - from[1].X)) + (t * (from[2].X - from[1].X)), channel, Border.Mirror);
        });
    }
}
