using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lethe.Augmentation;

/// <summary>The weights of an <see cref="Interpolation"/>, four at a time.</summary>
internal static class InterpolationFilter
{
    private const double A = -0.5;

    /// <summary>The distance from which on weights are 0.</summary>
    public static double Radius(this Interpolation interpolation) => interpolation == Interpolation.Bicubic ? 2 : 1;

    /// <summary>The weights at four distances.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> Weigh(this Interpolation interpolation, Vector256<double> distances)
    {
        Vector256<double> x = Vector256.Abs(distances), one = Vector256<double>.One;
        if (interpolation == Interpolation.Bilinear)
            return Vector256.MaxNative(one - x, Vector256<double>.Zero);
        Vector256<double> near = ((A + 2) * x - Vector256.Create(A + 3)) * x * x + one;
        Vector256<double> far = (((x - Vector256.Create(5.0)) * x + Vector256.Create(8.0)) * x - Vector256.Create(4.0)) * A;
        return Vector256.ConditionalSelect(Vector256.LessThan(x, one), near, far & Vector256.LessThan(x, Vector256.Create(2.0)));
    }
}
