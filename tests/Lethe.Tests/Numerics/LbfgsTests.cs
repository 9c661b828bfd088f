using Lethe.Numerics;

namespace Lethe.Tests.Numerics;

public class LbfgsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Minimise_IllConditionedQuadratic_FindsTheMinimum(bool scaled)
    {
        double[] curvature = [.. Enumerable.Range(0, 20).Select(i => Math.Pow(10, i / 6.0))];
        LbfgsResult found = Lbfgs.Minimise(
            new double[20], Evaluate, scaled ? curvature : null, gradientTolerance: 1e-7, progressTolerance: 0);
        Assert.True(found.Converged);
        Assert.All(found.Point, (x, i) => Assert.Equal(i, x, 1e-6));

        // With the right curvature the first step is Newton's.
        if (scaled)
            Assert.Equal(1, found.Iterations);

        double Evaluate(double[] x, double[] gradient)
        {
            double value = 0;
            for (int i = 0; i < x.Length; i++)
            {
                gradient[i] = curvature[i] * (x[i] - i);
                value += gradient[i] * (x[i] - i) / 2;
            }

            return value;
        }
    }

    /// <summary>log(eˣ + e⁻ˣ) is nearly flat far out, where a Newton step overshoots: the line search has to bring it back.</summary>
    [Fact]
    public void Minimise_FarFromTheMinimum_IsBroughtBack()
    {
        LbfgsResult found = Lbfgs.Minimise([3], (x, gradient) =>
        {
            gradient[0] = Math.Tanh(x[0]);
            return Math.Log(2 * Math.Cosh(x[0]));
        }, [0.01], gradientTolerance: 1e-8, progressTolerance: 0);
        Assert.Equal(0, found.Point[0], 1e-7);
        Assert.True(found.Evaluations > found.Iterations + 1);
    }

    [Fact]
    public void Minimise_NotFiniteAtTheStart_Says() =>
        Assert.Contains(
            "finite", Assert.Throws<ArgumentException>(() => Lbfgs.Minimise([1], (_, _) => double.NaN)).Message, StringComparison.Ordinal);
}
