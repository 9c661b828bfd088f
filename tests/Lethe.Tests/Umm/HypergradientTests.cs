using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using Lethe.Tests.Methods;
using Lethe.Umm;
using Lethe.Umm.Hypergradients;
using static TorchSharp.torch;

namespace Lethe.Tests.Umm;

[Collection(typeof(TorchCollection))]
public class HypergradientTests
{
    // A large inner step, so that the part of second order counts.
    private static readonly UmmOptions options = new() { Split = "layer2", Alpha = 1, Beta = 5, InnerLearningRate = 0.1 };

    public static TheoryData<string, string, double> Problems() =>
        new MatrixTheoryData<string, string, double>(["simclr", "vicreg"], ["stem", "layer2", "layer3"], [0, 5]);

    /// <summary>
    /// ReLU networks are piecewise smooth: a radius within one piece gives the derivative there, also through the alignment, whose gradient is a second
    /// derivative already.
    /// </summary>
    [Theory]
    [MemberData(nameof(Problems))]
    public void Complete_FiniteDifferenceOfSmallRadius_IsTheSlopeOfTheWholeObjective(string name, string split, double beta)
    {
        using var problem = new SmallProblem(options with { Split = split, Beta = beta }, name, images: 4);
        Tensor[] outer = Outer(problem);
        IReadOnlyList<Tensor> found = new FiniteDifference(1e-6).Complete(problem.Problem, outer, "test");
        foreach (Tensor[] direction in new[] { SmallProblem.Unit(found), SmallProblem.Unit(Second(found, outer)), problem.Direction(1) })
        {
            double expected = problem.Slope(direction, problem.Whole, 1e-8);
            Assert.Equal(expected, SmallProblem.Dot(found, direction), 1e-4 * Math.Abs(expected) + 1e-5 * Norm(found));
        }
    }

    [Theory]
    [InlineData("simclr")]
    [InlineData("vicreg")]
    public void Complete_FiniteDifferenceWithoutAlignment_IsThatOfDoubleBackward(string name)
    {
        using var problem = new SmallProblem(options with { Beta = 0 }, name);
        Tensor[] outer = Outer(problem), exact = Exact(problem, outer);
        Assert.True(Tiny.RelativeError(new FiniteDifference(1e-6).Complete(problem.Problem, outer, "test"), exact) < 1e-6);
    }

    /// <summary>
    /// The paper's radius, 0.01, crosses kinks of so small a network, so that only the slope along the second order's own direction is asked for,
    /// and roughly; first order has nothing of it.
    /// </summary>
    [Theory]
    [InlineData("simclr", 5)]
    [InlineData("simclr", 0)]
    [InlineData("vicreg", 5)]
    public void Complete_FiniteDifference_HasMostOfTheSecondOrderThatFirstOrderLacks(string name, double beta)
    {
        using var problem = new SmallProblem(options with { Beta = beta }, name);
        Tensor[] outer = Outer(problem);
        Tensor[] direction = SmallProblem.Unit(Second(new FiniteDifference(1e-6).Complete(problem.Problem, outer, "test"), outer));
        double slope = problem.Slope(direction, problem.Whole, 1e-8);
        double finite = SmallProblem.Dot(Hypergradient.Create("finite-difference").Complete(problem.Problem, outer, "test"), direction);
        double first = SmallProblem.Dot(Hypergradient.Create("first-order").Complete(problem.Problem, outer, "test"), direction);
        Assert.InRange(finite / slope, 0.5, 1.5);
        Assert.InRange(first / slope, -0.3, 0.3);
    }

    [Fact]
    public void Complete_FirstOrder_IsTheOuterGradientItself()
    {
        using var problem = new SmallProblem(options);
        Tensor[] outer = Outer(problem);
        Assert.Same(outer, new FirstOrder().Complete(problem.Problem, outer, "test"));
    }

    [Fact]
    public void Complete_FiniteDifference_LeavesParametersAndStatistics()
    {
        using var problem = new SmallProblem(options);
        Tensor[] outer = Outer(problem);
        var before = Tiny.Bits(problem.Method.state_dict().Where(entry => !entry.Key.Contains("num_batches", StringComparison.Ordinal)));
        new FiniteDifference().Complete(problem.Problem, outer, "test");
        Assert.Equal(before, Tiny.Bits(problem.Method.state_dict().Where(entry => !entry.Key.Contains("num_batches", StringComparison.Ordinal))));
    }

    [Fact]
    public void Complete_NoOuterGradient_IsNone()
    {
        using var problem = new SmallProblem(options);
        Tensor[] outer = [.. problem.Parameters.Select(parameter => zeros_like(parameter).detach())];
        Assert.Equal(0, Norm(new FiniteDifference().Complete(problem.Problem, outer, "test")));
    }

    [Fact]
    public void Create_UnknownName_ListsThem()
    {
        Assert.Contains("first-order, finite-difference", Assert.Throws<InvalidOptionException>(() => Hypergradient.Create("exact")).Message, StringComparison.Ordinal);
        Assert.IsType<FirstOrder>(Hypergradient.Create(FirstOrder.Name));
        Assert.IsType<FiniteDifference>(Hypergradient.Create(FiniteDifference.Name));
    }

    private static Tensor[] Second(IReadOnlyList<Tensor> whole, Tensor[] outer) => [.. whole.Zip(outer, (w, v) => w - v)];

    private static double Norm(IReadOnlyList<Tensor> parts) => Math.Sqrt(SmallProblem.Dot(parts, parts));

    /// <summary>v, the gradient of level two at φ′.</summary>
    private static Tensor[] Outer(SmallProblem problem)
    {
        using BatchNormStatistics held = BatchNormStatistics.Hold(problem.Method);
        using var start = new ParameterValues(problem.Parameters);
        start.Shift(problem.Problem.LevelOneGradient("test").Gradient, -problem.Options.InnerLearningRate);
        Tensor[] outer = Gradients.Of(problem.Problem.LevelTwo("test").Total, problem.Parameters);
        start.Restore();
        return outer;
    }

    /// <summary>v − η₁·H·v by differentiating ∇L₁ once more.</summary>
    private static Tensor[] Exact(SmallProblem problem, Tensor[] outer)
    {
        using BatchNormStatistics held = BatchNormStatistics.Hold(problem.Method);
        Tensor[] gradient = Gradients.Of(problem.Problem.LevelOne("test").Total, problem.Parameters, createGraph: true);
        Tensor product = gradient.Zip(outer, (g, v) => (g * v.detach()).sum()).Aggregate((a, b) => a + b);
        return [.. outer.Zip(Gradients.Of(product, problem.Parameters), (v, hv) => v - problem.Options.InnerLearningRate * hv)];
    }
}
