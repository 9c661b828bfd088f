using Lethe.Numerics;

namespace Lethe.Augmentation.Corruptions;

/// <summary>Noise in single values.</summary>
internal static class NoiseCorruptions
{
    private static readonly double[] deviations = [0.04, 0.06, 0.08, 0.09, 0.10];
    private static readonly double[] photons = [500, 250, 100, 75, 50];
    private static readonly double[] shares = [0.01, 0.02, 0.03, 0.05, 0.07];

    /// <summary>x + N(0, c²), as in low light.</summary>
    public static Raster Gaussian(Raster image, int severity, ref RandomStream stream)
    {
        double deviation = deviations[severity - 1];
        for (int i = 0; i < image.Values.Length; i++)
            image.Values[i] += deviation * stream.NextGaussian();
        return image;
    }

    /// <summary>Poisson(x c) / c: light comes in photons, c of them where it is white.</summary>
    public static Raster Shot(Raster image, int severity, ref RandomStream stream)
    {
        double most = photons[severity - 1];
        for (int i = 0; i < image.Values.Length; i++)
            image.Values[i] = Poisson.Next(most * image.Values[i], ref stream) / most;
        return image;
    }

    /// <summary>A part of the values become black or white, as by errors of bits.</summary>
    public static Raster Impulse(Raster image, int severity, ref RandomStream stream)
    {
        double share = shares[severity - 1];
        for (int i = 0; i < image.Values.Length; i++)
        {
            double draw = stream.NextDouble();
            if (draw < share)
                image.Values[i] = draw < share / 2 ? 0 : 1;
        }

        return image;
    }
}
