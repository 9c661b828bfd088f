using Lethe.Models;
using Lethe.Operators;
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
    /// ReLU networks are piecewise smooth: a radius within one piece gives the derivative there, also through the alignment, whose gradient
    /// is a second derivative already.
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

    public static TheoryData<string, string, double> Volumes() =>
        new MatrixTheoryData<string, string, double>(["loss-gradient", "jacobian-volume", "jacobian-norm"], ["layer2", "layer3"], [0, 5]);

    [Theory]
    [MemberData(nameof(Volumes))]
    public void Complete_Exact_IsTheSlopeOfTheWholeObjective(string volume, string split, double beta)
    {
        using var problem = new SmallProblem(options with { Split = split, Beta = beta, Volume = volume, Probes = 3 }, images: 4);
        Tensor[] outer = Outer(problem);
        IReadOnlyList<Tensor> found = new Exact().Complete(problem.Problem, outer, "test");
        Tensor[] second = Second(found, outer);
        Assert.True(Norm(second) > 1e-3 * Norm(outer), $"{Norm(second)} beside {Norm(outer)}");
        foreach (Tensor[] direction in new[] { SmallProblem.Unit(found), SmallProblem.Unit(second), problem.Direction(1) })
        {
            double expected = problem.Slope(direction, problem.Whole, 1e-7);
            Assert.Equal(expected, SmallProblem.Dot(found, direction), 1e-5 * Math.Abs(expected) + 1e-6 * Norm(found));
        }
    }

    /// <summary>
    /// Within a radius that crosses no kink. At the source's radius of 0.01 so small a network has kinks on the way; the next test
    /// says what is left there.
    /// </summary>
    [Theory]
    [InlineData("simclr", "loss-gradient", 0)]
    [InlineData("simclr", "loss-gradient", 5)]
    [InlineData("simclr", "jacobian-volume", 5)]
    [InlineData("simclr", "jacobian-norm", 5)]
    [InlineData("vicreg", "loss-gradient", 5)]
    [InlineData("barlow-twins", "loss-gradient", 5)]
    public void Complete_FiniteDifferenceWithoutKinks_IsExact(string name, string volume, double beta)
    {
        using var problem = new SmallProblem(options with { Beta = beta, Volume = volume, Probes = 3 }, name);
        Tensor[] outer = Outer(problem);
        IReadOnlyList<Tensor> exact = new Exact().Complete(problem.Problem, outer, "test");
        IReadOnlyList<Tensor> finite = new FiniteDifference(1e-6).Complete(problem.Problem, outer, "test");
        Assert.True(
            Tiny.RelativeError(Second(finite, outer), Second(exact, outer)) < 1e-4,
            $"{Tiny.RelativeError(Second(finite, outer), Second(exact, outer))}");
    }

    /// <summary>
    /// The paper's radius, 0.01, crosses kinks of so small a network, so that only the slope along the second order's own direction is
    /// asked for, and roughly; first order has nothing of it.
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
        double finite = SmallProblem.Dot(
            new FiniteDifference(new UmmOptions().FiniteDifferenceRadius).Complete(problem.Problem, outer, "test"), direction);
        double first = SmallProblem.Dot(new FirstOrder().Complete(problem.Problem, outer, "test"), direction);
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

    [Theory]
    [InlineData("finite-difference")]
    [InlineData("exact")]
    public void Complete_AnyPass_LeavesParametersAndStatistics(string name)
    {
        using var problem = new SmallProblem(options);
        Tensor[] outer = Outer(problem);
        SortedDictionary<string, string> before = Tiny.Bits(problem.Method);
        Hypergradient.Create(options with { Hypergradient = name }).Complete(problem.Problem, outer, "test");
        Assert.Equal(before, Tiny.Bits(problem.Method));
    }

    [Fact]
    public void Complete_NoOuterGradient_IsNone()
    {
        using var problem = new SmallProblem(options);
        Tensor[] outer = [.. problem.Parameters.Select(parameter => zeros_like(parameter).detach())];
        Assert.Equal(0, Norm(new FiniteDifference(0.01).Complete(problem.Problem, outer, "test")));
    }

    [Fact]
    public void Create_UnknownName_ListsThem() => Assert.Contains(
        "first-order, finite-difference, exact",
        Assert.Throws<InvalidOptionException>(() => Hypergradient.Create(options with { Hypergradient = "second-order" })).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Create_EachName_IsOfItsClass() => Assert.Equal(
        [typeof(FirstOrder), typeof(FiniteDifference), typeof(Exact)],
        Hypergradient.Names.Select(name => Hypergradient.Create(options with { Hypergradient = name }).GetType()));

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
}
