using Lethe.Numerics;

namespace Lethe.Augmentation.Corruptions;

/// <summary>Draws from the Poisson distribution.</summary>
internal static class Poisson
{
    private const int Tabulated = 1024;

    private static readonly double[] logFactorials = Tabulate();

    /// <summary>
    /// A count with a mean of 0 to 500: of small means by products of uniform numbers (Knuth), else by transformed rejection (Hörmann 1993,
    /// PTRS).
    /// </summary>
    public static int Next(double mean, ref RandomStream stream)
    {
        if (mean < 10)
        {
            double product = stream.NextDouble(), limit = Math.Exp(-mean);
            int count = 0;
            for (; product > limit; count++)
                product *= stream.NextDouble();
            return count;
        }

        double b = 0.931 + (2.53 * Math.Sqrt(mean)), a = -0.059 + (0.02483 * b);
        double inverseAlpha = 1.1239 + (1.1328 / (b - 3.4)), squeeze = 0.9277 - (3.6224 / (b - 2)), logMean = Math.Log(mean);
        while (true)
        {
            double u = stream.NextDouble() - 0.5, v = stream.NextDouble(), near = 0.5 - Math.Abs(u);
            double k = Math.Floor((((2 * a / near) + b) * u) + mean + 0.43);
            if (near >= 0.07 && v <= squeeze)
                return (int)k;

            // Beyond the table lie means of 500 plus more than 20 deviations.
            if (k < 0 || k >= Tabulated || (near < 0.013 && v > near))
                continue;
            if (Math.Log(v) + Math.Log(inverseAlpha) - Math.Log((a / (near * near)) + b) <= (k * logMean) - mean - logFactorials[(int)k])
                return (int)k;
        }
    }

    private static double[] Tabulate()
    {
        var table = new double[Tabulated];
        for (int k = 2; k < Tabulated; k++)
            table[k] = table[k - 1] + Math.Log(k);
        return table;
    }
}
