using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Lane = System.Runtime.Intrinsics.Vector256<float>;

namespace Lethe.Operators.Kernels;

/// <summary>
/// Steps of optimisers over a parameter, its gradient and its state, in one pass over their memory. Each number goes through torch's
/// float32 operations in torch's order.
/// </summary>
internal static unsafe class ParameterKernel
{
    private const int Lanes = 8;

    // What a thread takes at once.
    private const int ItemNumbers = 1 << 15;

    /// <summary>u = g + d·p, v ← m·v + q·u, p ← p − r·v; without v, p ← p − r·q·u.</summary>
    /// <param name="count">Numbers of each.</param>
    /// <param name="parameter">p, changed.</param>
    /// <param name="gradient">g.</param>
    /// <param name="velocity">v, changed; or null.</param>
    /// <param name="decay">d.</param>
    /// <param name="trust">q.</param>
    /// <param name="momentum">m.</param>
    /// <param name="rate">r.</param>
    public static void Momentum(
        nint count, float* parameter, float* gradient, float* velocity, float decay, float trust, float momentum, float rate) =>
        ThreadTeam.For(Items(count), 0, (item, _) =>
        {
            Lane back = Vector256.Create(-rate);
            nint end = End(item, count);
            for (nint at = Begin(item); at < end; at += Lanes)
            {
                nint left = end - at;
                Lane p = Load(parameter + at, left), step = Decayed(Load(gradient + at, left), p, decay) * trust;
                if (velocity is not null)
                {
                    step = Load(velocity + at, left) * momentum + step;
                    Store(step, velocity + at, left);
                }

                Store(Vector256.FusedMultiplyAdd(step, back, p), parameter + at, left);
            }
        });

    /// <summary>The sums of p² and of (g + d·p)², in float64; a function of the numbers alone, not of the threads.</summary>
    /// <param name="count">Numbers of each.</param>
    /// <param name="parameter">p.</param>
    /// <param name="gradient">g.</param>
    /// <param name="decay">d.</param>
    /// <returns>Both.</returns>
    public static (double Parameter, double Gradient) SquaredNorms(nint count, float* parameter, float* gradient, float decay)
    {
        var parts = new (double Parameter, double Gradient)[Items(count)];
        ThreadTeam.For(parts.Length, 0, (item, _) =>
        {
            Vector256<double> ofParameter = default, ofGradient = default;
            nint end = End(item, count);
            for (nint at = Begin(item); at < end; at += Lanes)
            {
                nint left = end - at;
                Lane p = Load(parameter + at, left);
                ofParameter += Squares(p);
                ofGradient += Squares(Decayed(Load(gradient + at, left), p, decay));
            }

            parts[item] = (Vector256.Sum(ofParameter), Vector256.Sum(ofGradient));
        });
        return (parts.Sum(part => part.Parameter), parts.Sum(part => part.Gradient));
    }

    /// <summary>Adam's step.</summary>
    /// <param name="count">Numbers of each.</param>
    /// <param name="parameter">p, changed.</param>
    /// <param name="gradient">g.</param>
    /// <param name="first">The mean of g, changed.</param>
    /// <param name="second">The mean of g², changed.</param>
    /// <param name="step">Its numbers.</param>
    public static void Adam(nint count, float* parameter, float* gradient, float* first, float* second, AdamStep step)
    {
        (float decay, float kept, float size) = ((float)step.Coupled, (float)step.Kept, (float)-step.Size);
        (float beta1, float beta2, float scale) = ((float)step.Beta1, (float)step.Beta2, (float)step.RootScale);
        Lane new1 = Vector256.Create((float)(1 - step.Beta1)), new2 = Vector256.Create((float)(1 - step.Beta2));
        Lane scales = Vector256.Create(scale), epsilon = Vector256.Create((float)step.Epsilon);
        ThreadTeam.For(Items(count), 0, (item, _) =>
        {
            nint end = End(item, count);
            for (nint at = Begin(item); at < end; at += Lanes)
            {
                nint left = end - at;
                Lane p = Load(parameter + at, left) * kept, g = Decayed(Load(gradient + at, left), p, decay);
                Lane m = Vector256.FusedMultiplyAdd(g, new1, Load(first + at, left) * beta1);
                Lane v = Vector256.FusedMultiplyAdd(new2 * g, g, Load(second + at, left) * beta2);
                Store(m, first + at, left);
                Store(v, second + at, left);
                Store(p + m * size / (Vector256.Sqrt(v) / scales + epsilon), parameter + at, left);
            }
        });
    }

    private static int Items(nint count) => (int)((count + ItemNumbers - 1) / ItemNumbers);

    private static nint Begin(int item) => (nint)item * ItemNumbers;

    private static nint End(int item, nint count) => Math.Min(count, Begin(item) + ItemNumbers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lane Decayed(Lane gradient, Lane parameter, float decay) =>
        decay == 0 ? gradient : Vector256.FusedMultiplyAdd(parameter, Vector256.Create(decay), gradient);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Squares(Lane values)
    {
        (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(values);
        return lower * lower + upper * upper;
    }

    // What is left may fill no whole vector; the rest of it is zeros.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lane Load(float* from, nint left)
    {
        if (left >= Lanes)
            return Vector256.Load(from);
        Lane part = default;
        Unsafe.CopyBlock(&part, from, (uint)left * sizeof(float));
        return part;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Lane values, float* to, nint left)
    {
        if (left >= Lanes)
            values.Store(to);
        else
            Unsafe.CopyBlock(to, &values, (uint)left * sizeof(float));
    }
}
