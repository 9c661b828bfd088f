using Lethe.Diagnostics;
using MathNet.Numerics.Distributions;

namespace Lethe.Reproduction;

/// <summary>What a comparison could have seen.</summary>
internal static class Power
{
    private const double Confidence = 0.95, Share = 0.8;

    /// <summary>The smallest true difference that would have been clear with 80 % power; null where its error is not known.</summary>
    public static double? SmallestVisible(this PairedDifference difference)
    {
        // Resolution is half the interval by Student's t, or twice the error of images where there is no such interval.
        double freedom = difference.Low is null ? double.PositiveInfinity : difference.Count - 1;
        double half = difference.Low is null ? 2 : StudentT.InvCDF(0, 1, freedom, (1 + Confidence) / 2);
        double share = double.IsFinite(freedom) ? StudentT.InvCDF(0, 1, freedom, Share) : Normal.InvCDF(0, 1, Share);
        return difference.Resolution * (half + share) / half;
    }
}
