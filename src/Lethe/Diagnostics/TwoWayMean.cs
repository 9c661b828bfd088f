using MathNet.Numerics.Distributions;

namespace Lethe.Diagnostics;

/// <summary>The mean of numbers of several seeds and images, with an error that holds for other seeds and other images.</summary>
/// <remarks>
/// x of seed r and image i is taken for μ + a_r + b_i + c_ri. The variance of the mean of R seeds and n images is estimated without bias by
/// S_a/R + S_b/n − S_c/(Rn), with S_a the variance of the seeds' means, S_b that of the images' means, S_c that of what remains; its
/// degrees of freedom are Satterthwaite's (1946). It is what a bootstrap over seeds and images tends to, but for that one's counting c
/// three times (Owen 2007, 0712.1111), and it needs no draws. With one seed nothing is known of a_r, and what stands in for it is given.
/// </remarks>
/// <param name="Value">The mean.</param>
/// <param name="Error">Its standard error, not negative.</param>
/// <param name="Degrees">Degrees of freedom of the error, positive.</param>
internal readonly record struct TwoWayMean(double Value, double Error, double Degrees)
{
    // Nothing is known of one or two numbers, and t of less than one degree has no use.
    private const double LeastDegrees = 1;

    /// <summary>The chance of a mean as far from 0 if the true one were 0, two-sided, in [0, 1].</summary>
    public double P => Error > 0 ? 2 * StudentT.CDF(0, 1, Degrees, -Math.Abs(Value) / Error) : Value == 0 ? 1 : 0;

    /// <summary>Lower end of the 95 % interval.</summary>
    public double Low => Value - Reach(0.95);

    /// <summary>Upper end of the 95 % interval.</summary>
    public double High => Value + Reach(0.95);

    /// <summary>Half an interval.</summary>
    /// <param name="confidence">Its confidence, in (0, 1).</param>
    public double Reach(double confidence) => Quantile((1 + confidence) / 2) * Error;

    /// <summary>Student's t of a lower tail.</summary>
    public double Quantile(double tail) => StudentT.InvCDF(0, 1, Degrees, tail);

    /// <summary>Of numbers of every seed and image.</summary>
    /// <param name="values">For each seed its images, the same ones in the same order; at least one seed and two images.</param>
    /// <param name="ofOne">With one seed: what stands for the variance that another would have added, and its degrees of freedom.</param>
    public static TwoWayMean Of(IReadOnlyList<double[]> values, (double Variance, int Degrees) ofOne = default)
    {
        int seeds = values.Count, images = values[0].Length;
        double[] bySeed = [.. values.Select(one => one.Average())];
        double[] byImage = [.. Enumerable.Range(0, images).Select(i => values.Average(one => one[i]))];
        double mean = bySeed.Average(), ofImages = Variance(byImage) / images;
        if (seeds == 1)
            return Of(mean, (ofImages, images - 1), ofOne);

        double rest = values.Index().Sum(one => one.Item.Index().Sum(x => Square(x.Item - bySeed[one.Index] - byImage[x.Index] + mean)));
        double ofSeeds = Variance(bySeed) / seeds;
        double variance = ofSeeds + ofImages - (rest / ((seeds - 1) * (images - 1)) / ((double)seeds * images));

        // An estimate of variance without bias may come out too small, even below 0, but each of its parts is a bound by itself.
        variance = Math.Max(variance, Math.Max(ofSeeds, ofImages));
        double spread = (Square(ofSeeds) / (seeds - 1)) + (Square(ofImages) / (images - 1));
        return Of(mean, variance, spread > 0 ? Square(variance) / spread : seeds - 1);
    }

    /// <summary>Of a mean whose variance is the sum of parts, each with its degrees of freedom.</summary>
    public static TwoWayMean Of(double mean, params IReadOnlyList<(double Variance, int Degrees)> parts)
    {
        double variance = parts.Sum(part => part.Variance);
        double spread = parts.Sum(part => Square(part.Variance) / Math.Max(1, part.Degrees));
        return Of(mean, variance, spread > 0 ? Square(variance) / spread : parts.Max(part => part.Degrees));
    }

    private static TwoWayMean Of(double mean, double variance, double degrees) =>
        new(mean, Math.Sqrt(variance), Math.Max(LeastDegrees, degrees));

    private static double Variance(double[] values)
    {
        double mean = values.Average();
        return values.Sum(value => Square(value - mean)) / (values.Length - 1);
    }

    private static double Square(double value) => value * value;
}
