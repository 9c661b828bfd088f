using Lethe.Numerics;

namespace Lethe.Augmentation.Corruptions;

/// <summary>Blur by optics and movement.</summary>
internal static class BlurCorruptions
{
    private static readonly (double Radius, double Soft)[] discs = [(0.3, 0.4), (0.4, 0.5), (0.5, 0.6), (1, 0.2), (1.5, 0.1)];
    private static readonly (double Sigma, int Reach, int Rounds)[] panes =
        [(0.05, 1, 1), (0.25, 1, 1), (0.4, 1, 1), (0.25, 1, 2), (0.4, 1, 2)];
    private static readonly (double Radius, double Sigma)[] motions = [(6, 1), (6, 1.5), (6, 2), (8, 2), (9, 2.5)];

    // So many factors, 1, 1.01 and so on, as the published program has them.
    private static readonly int[] zooms = [7, 12, 16, 21, 26];

    /// <summary>A lens out of focus: each point becomes a disc with a soft edge.</summary>
    public static Raster Defocus(Raster image, int severity, ref RandomStream stream)
    {
        (double radius, double soft) = discs[severity - 1];
        (radius, soft) = (radius * image.Scale, soft * image.Scale);

        // The edge is softened by a Gaussian cut off after one pixel, or two for large discs.
        int edge = radius <= 8 ? 1 : 2, reach = (int)radius + edge;
        double[] weights = [.. Enumerable.Range(-edge, (2 * edge) + 1).Select(k => Math.Exp(-0.5 * k * k / (soft * soft)))];
        double Disc(int y, int x) => (y * y) + (x * x) <= radius * radius ? 1 : 0;
        var taps = new List<(int, int, double Weight)>();
        for (int y = -reach; y <= reach; y++)
        {
            for (int x = -reach; x <= reach; x++)
            {
                double weight = 0;
                for (int i = 0; i < weights.Length * weights.Length; i++)
                    weight += weights[i / weights.Length] * weights[i % weights.Length] * Disc(
                        y + (i / weights.Length) - edge, x + (i % weights.Length) - edge);
                if (weight > 1e-12)
                    taps.Add((y, x, weight));
            }
        }

        double sum = taps.Sum(tap => tap.Weight);
        return RasterFilter.Weigh(image, [.. taps.Select(tap => (tap.Item1, tap.Item2, tap.Weight / sum))], Border.Mirror);
    }

    /// <summary>Frosted glass: pixels trade places with near ones, between two Gaussian blurs.</summary>
    /// <remarks>The published program copies the neighbour instead of trading places with it; here they trade, as the paper says.</remarks>
    public static Raster Glass(Raster image, int severity, ref RandomStream stream)
    {
        (double sigma, int reach, int rounds) = panes[severity - 1];
        sigma *= image.Scale;
        reach = (int)Math.Round(reach * image.Scale);
        Raster blurred = RasterFilter.Gaussian(image, sigma, 4, Border.Nearest);
        for (int round = 0; round < rounds; round++)
        {
            for (int row = image.Height - reach; row > reach; row--)
            {
                for (int column = image.Width - reach; column > reach; column--)
                {
                    int right = stream.NextInt(2 * reach) - reach, down = stream.NextInt(2 * reach) - reach;
                    for (int channel = 0; channel < image.Channels; channel++)
                        (blurred[row, column, channel], blurred[row + down, column + right, channel]) =
                            (blurred[row + down, column + right, channel], blurred[row, column, channel]);
                }
            }
        }

        return RasterFilter.Gaussian(blurred, sigma, 4, Border.Nearest);
    }

    /// <summary>The camera moves along a line of up to 45 degrees.</summary>
    public static Raster Motion(Raster image, int severity, ref RandomStream stream)
    {
        (double radius, double sigma) = motions[severity - 1];
        return RasterFilter.Motion(image, radius * image.Scale, sigma * image.Scale, stream.NextDouble(-45, 45));
    }

    /// <summary>The camera moves towards the scene: the mean of the image and of its enlargements.</summary>
    public static Raster Zoom(Raster image, int severity, ref RandomStream stream)
    {
        int enlargements = zooms[severity - 1];
        var sum = new Raster(image.Height, image.Width, image.Channels);
        for (int k = 0; k <= enlargements; k++)
        {
            Raster part = k == 0 ? image : RasterFilter.ZoomIn(image, 1 + (0.01 * (k - 1)));
            for (int i = 0; i < sum.Values.Length; i++)
                sum.Values[i] += part.Values[i] / (enlargements + 1);
        }

        return sum;
    }
}
