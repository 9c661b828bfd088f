using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lethe.Augmentation;

/// <summary>The filter that a resize weighs inputs with, as a function of their distance in output pixels where the image shrinks, in input pixels where it grows.</summary>
internal enum Interpolation
{
    /// <summary>1 − |x| for |x| below 1.</summary>
    Bilinear,

    /// <summary>
    /// Keys' cubic with a = −½, as PIL has it (torchvision has −½ for antialiased tensors too, −¾ without): (a + 2)|x|³ − (a + 3)|x|² + 1 for |x| below 1,
    /// a|x|³ − 5a|x|² + 8a|x| − 4a for |x| from 1 to 2. It overshoots, so results are clipped.
    /// </summary>
    Bicubic,
}

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
