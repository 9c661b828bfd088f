using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Numerics;

/// <summary>
/// Arithmetic of tensors with numbers, and their sums. TorchSharp's operators for these let the collector free the number while torch still
/// reads it (decision 7); here it lives until the call has returned. Between two tensors −, ·, / and comparisons are TorchSharp's own.
/// </summary>
/// <remarks>Public, since the loss of another assembly's method needs it as ours do. Any thread may use it.</remarks>
public static class TensorArithmetic
{
    // Statics are never collected. They are made at first use, since a type that is only looked at must not load torch.
    private static readonly Lock Gate = new();
    private static Scalar? one;
    private static Scalar? two;

    /// <summary>x + y.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="y">A shape that broadcasts with it.</param>
    /// <returns>A new tensor.</returns>
    public static Tensor Plus(this Tensor x, Tensor y)
    {
        Root();
        return x.add(y, one!);
    }

    /// <summary>x + number, element by element.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="number">The number.</param>
    /// <returns>A new tensor.</returns>
    public static Tensor Plus(this Tensor x, double number)
    {
        Root();
        using Scalar scalar = number.ToScalar();
        return x.add(scalar, one!);
    }

    /// <summary>x − number, element by element.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="number">The number.</param>
    /// <returns>A new tensor.</returns>
    public static Tensor Minus(this Tensor x, double number)
    {
        using Scalar scalar = number.ToScalar();
        return x.sub(scalar);
    }

    /// <summary>x·number.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="number">The number.</param>
    /// <returns>A new tensor.</returns>
    public static Tensor Times(this Tensor x, double number)
    {
        using Scalar scalar = number.ToScalar();
        return x.mul(scalar);
    }

    /// <summary>x / number.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="number">The number.</param>
    /// <returns>A new tensor.</returns>
    public static Tensor Over(this Tensor x, double number)
    {
        using Scalar scalar = number.ToScalar();
        return x.div(scalar);
    }

    /// <summary>x², element by element.</summary>
    /// <param name="x">Any shape.</param>
    /// <returns>A new tensor.</returns>
    public static Tensor Squared(this Tensor x)
    {
        Root();
        return x.pow(two!);
    }

    /// <summary>max(x, number), element by element.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="number">The number.</param>
    /// <returns>A new tensor.</returns>
    public static Tensor AtLeast(this Tensor x, double number)
    {
        using Scalar scalar = number.ToScalar();
        return x.clamp_min(scalar);
    }

    /// <summary>min(x, number), element by element.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="number">The number.</param>
    /// <returns>A new tensor.</returns>
    public static Tensor AtMost(this Tensor x, double number)
    {
        using Scalar scalar = number.ToScalar();
        return x.clamp_max(scalar);
    }

    /// <summary>M + number·I.</summary>
    /// <param name="matrix">M, [k, k], or [..., k, k] for a batch.</param>
    /// <param name="number">The number.</param>
    /// <returns>A new tensor.</returns>
    public static Tensor PlusIdentity(this Tensor matrix, double number = 1) =>
        matrix.Plus(eye(matrix.size(-1), dtype: matrix.dtype, device: matrix.device).Times(number));

    /// <summary>x ← x + y.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="y">A shape that broadcasts to it.</param>
    /// <returns><paramref name="x"/>.</returns>
    public static Tensor Plus_(this Tensor x, Tensor y)
    {
        Root();
        return x.add_(y, one!);
    }

    /// <summary>x ← x + number·y.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="y">A shape that broadcasts to it.</param>
    /// <param name="number">The number.</param>
    /// <returns><paramref name="x"/>.</returns>
    public static Tensor Plus_(this Tensor x, Tensor y, double number)
    {
        using Scalar scalar = number.ToScalar();
        return x.add_(y, scalar);
    }

    /// <summary>x ← x + number, also of integers.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="number">The number.</param>
    /// <returns><paramref name="x"/>.</returns>
    public static Tensor Plus_(this Tensor x, long number)
    {
        Root();
        using Scalar scalar = number.ToScalar();
        return x.add_(scalar, one!);
    }

    /// <summary>x ← x·number.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="number">The number.</param>
    /// <returns><paramref name="x"/>.</returns>
    public static Tensor Times_(this Tensor x, double number)
    {
        using Scalar scalar = number.ToScalar();
        return x.mul_(scalar);
    }

    /// <summary>x ← x / number.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="number">The number.</param>
    /// <returns><paramref name="x"/>.</returns>
    public static Tensor Over_(this Tensor x, double number)
    {
        using Scalar scalar = number.ToScalar();
        return x.div_(scalar);
    }

    /// <summary>x ← number where the mask is true.</summary>
    /// <param name="x">Any shape.</param>
    /// <param name="mask">A shape that broadcasts to it, of booleans.</param>
    /// <param name="number">The number.</param>
    /// <returns><paramref name="x"/>.</returns>
    public static Tensor Fill_(this Tensor x, Tensor mask, double number)
    {
        using Scalar scalar = number.ToScalar();
        return x.masked_fill_(mask, scalar);
    }

    /// <summary>The number that a tensor holds, of any type and on any device.</summary>
    /// <param name="x">One element.</param>
    /// <returns>It, in double precision.</returns>
    public static double Value(this Tensor x)
    {
        using Tensor wide = x.to(ScalarType.Float64);
        return wide.item<double>();
    }

    /// <summary>The length of tensors taken as one vector, (Σ‖x‖²)^½.</summary>
    /// <param name="parts">Its parts, of any shapes.</param>
    /// <returns>A number that is not negative.</returns>
    internal static double Length(IEnumerable<Tensor> parts)
    {
        using var scope = NewDisposeScope();
        return Math.Sqrt(parts.Sum(part => part.detach().Squared().sum().Value()));
    }

    private static void Root()
    {
        if (two is not null)
            return;
        lock (Gate)
        {
            if (two is not null)
                return;
            one = 1.ToScalar();
            Interlocked.MemoryBarrier();
            two = 2.ToScalar();
        }
    }
}
