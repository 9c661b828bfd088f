using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lethe.Numerics;

/// <summary>
/// Minimises a smooth convex function by limited-memory BFGS (Liu and Nocedal 1989, Mathematical Programming 45) with a
/// backtracking line search.
/// </summary>
/// <remarks>
/// Sufficient decrease is all that the line search asks for: of a strictly convex function every step has sᵀy &gt; 0, so that each
/// update keeps the metric positive. A diagonal estimate of the curvature makes the first metric, which is then rescaled by the
/// latest pair.
/// </remarks>
internal static class Lbfgs
{
    private const int History = 10;
    private const double SufficientDecrease = 1e-4;
    private const int MostHalvings = 30;

    /// <summary>Minimises.</summary>
    /// <param name="start">The first point; it is not changed.</param>
    /// <param name="evaluate">Gives the function at its first argument and writes the gradient to its second, of the same length.</param>
    /// <param name="curvature">A positive estimate of the second derivative by each coordinate; null for ones.</param>
    /// <param name="gradientTolerance">Ends when no partial derivative is larger.</param>
    /// <param name="progressTolerance">
    /// Ends when two steps in turn lower the function by less than this part of it: what rounding leaves of it.
    /// </param>
    /// <param name="maxIterations">Ends after so many steps.</param>
    /// <returns>The best point.</returns>
    /// <exception cref="ArgumentException">The function is not finite at the start, or the curvature has another length.</exception>
    public static LbfgsResult Minimise(
        double[] start, Func<double[], double[], double> evaluate, double[]? curvature =
            null, double gradientTolerance = 1e-5, double progressTolerance = 1e-9, int maxIterations = 500)
    {
        if (curvature is not null && curvature.Length != start.Length)
            throw new ArgumentException($"Expected {start.Length} curvatures, found {curvature.Length}.", nameof(curvature));
        int length = start.Length, evaluations = 1, idle = 0;
        double[] point = [.. start], gradient = new double[length];
        double value = evaluate(point, gradient);
        if (!double.IsFinite(value))
            throw new ArgumentException(Invariant($"The function is {value} at the start; expected a finite number."), nameof(start));
        var pairs = new List<(double[] Step, double[] Change, double Product)>();
        int iteration = 0;
        for (; iteration < maxIterations; iteration++)
        {
            if (Largest(gradient) <= gradientTolerance)
                return new LbfgsResult(point, value, iteration, evaluations, true);
            double[] direction = Direction(gradient, pairs, curvature);
            double slope = Dot(gradient, direction);
            if (!(slope < 0))
            {
                pairs.Clear();
                direction = Direction(gradient, pairs, curvature);
                slope = Dot(gradient, direction);
            }

            double[] next = new double[length], nextGradient = new double[length];
            double length1 = 1, nextValue = 0;
            int halving = 0;
            for (; halving < MostHalvings; halving++)
            {
                for (int i = 0; i < length; i++)
                    next[i] = point[i] + (length1 * direction[i]);
                nextValue = evaluate(next, nextGradient);
                evaluations++;
                if (nextValue <= value + (SufficientDecrease * length1 * slope))
                    break;

                // The minimum of the parabola through both values and the slope, where that is not too timid or too bold.
                double parabola = -slope * length1 * length1 / (2 * (nextValue - value - (slope * length1)));
                length1 = double.IsFinite(parabola) ? Math.Clamp(parabola, 0.1 * length1, 0.5 * length1) : 0.1 * length1;
            }

            // No lower point along a direction of descent: rounding is all that is left.
            if (halving == MostHalvings)
                return new LbfgsResult(point, value, iteration, evaluations, true);
            double[] step = new double[length], change = new double[length];
            for (int i = 0; i < length; i++)
            {
                step[i] = next[i] - point[i];
                change[i] = nextGradient[i] - gradient[i];
            }

            double product = Dot(step, change);
            if (product > 1e-14 * Math.Sqrt(Dot(step, step) * Dot(change, change)))
            {
                if (pairs.Count == History)
                    pairs.RemoveAt(0);
                pairs.Add((step, change, product));
            }

            idle = value - nextValue <= progressTolerance * Math.Max(Math.Abs(value), double.Epsilon) ? idle + 1 : 0;
            (point, gradient, value) = (next, nextGradient, nextValue);
            if (idle == 2)
                return new LbfgsResult(point, value, iteration + 1, evaluations, true);
        }

        return new LbfgsResult(point, value, iteration, evaluations, false);
    }

    // The two loops of the recursion: −H·gradient.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] Direction(double[] gradient, List<(double[] Step, double[] Change, double Product)> pairs, double[]? curvature)
    {
        double[] direction = [.. gradient];
        double[] shares = new double[pairs.Count];
        for (int i = pairs.Count - 1; i >= 0; i--)
        {
            shares[i] = Dot(pairs[i].Step, direction) / pairs[i].Product;
            AddTo(direction, pairs[i].Change, -shares[i]);
        }

        double scale = 1;
        if (pairs.Count > 0)
        {
            (_, double[] change, double product) = pairs[^1];
            scale = product / (curvature is null ? Dot(change, change) : Weighted(change, curvature));
        }

        for (int i = 0; i < direction.Length; i++)
            direction[i] *= curvature is null ? scale : scale / curvature[i];
        for (int i = 0; i < pairs.Count; i++)
            AddTo(direction, pairs[i].Step, shares[i] - (Dot(pairs[i].Change, direction) / pairs[i].Product));
        for (int i = 0; i < direction.Length; i++)
            direction[i] = -direction[i];
        return direction;
    }

    private static double Weighted(double[] values, double[] divisors)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i++)
            sum += values[i] * values[i] / divisors[i];
        return sum;
    }

    private static double Largest(double[] values)
    {
        double largest = 0;
        foreach (double value in values)
            largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Dot(double[] a, double[] b)
    {
        ReadOnlySpan<Vector<double>> x = MemoryMarshal.Cast<double, Vector<double>>(a), y = MemoryMarshal.Cast<double, Vector<double>>(b);
        Vector<double> sums = Vector<double>.Zero;
        for (int i = 0; i < x.Length; i++)
            sums += x[i] * y[i];
        double sum = Vector.Sum(sums);
        for (int i = x.Length * Vector<double>.Count; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddTo(double[] target, double[] values, double factor)
    {
        for (int i = 0; i < target.Length; i++)
            target[i] += factor * values[i];
    }
}
