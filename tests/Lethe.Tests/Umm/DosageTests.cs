using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Tests.Methods;
using Lethe.Training;
using Lethe.Umm;
using static TorchSharp.torch;

namespace Lethe.Tests.Umm;

[Collection(typeof(TorchCollection))]
public class DosageTests
{
    private static readonly UmmOptions options = new() { Dose = "share", Alpha = 0.3, Beta = 0.2 };

    /// <summary>One α and one β are the same dose for every method, however large its loss is.</summary>
    [Theory]
    [MemberData(nameof(Tiny.MethodNames), MemberType = typeof(Tiny))]
    public void Gradients_EachMethod_AreLengthenedByTheShares(string name)
    {
        using var problem = new SmallProblem(options, name, images: 8);
        using BatchNormStatistics held = BatchNormStatistics.Hold(problem.Method);
        Tensor[] plain = Gradients.Of(
            problem.Method.Loss(Views.Pair(problem.Early, SplitPoint.Layer2), new TrainingProgress(0, 1, 0, 0)).Total, problem.Parameters);
        double length = TensorArithmetic.Length(plain);
        (IReadOnlyList<Tensor> one, LevelOne levelOne) = problem.Problem.LevelOneGradient("test");
        (IReadOnlyList<Tensor> two, LevelTwo levelTwo) = problem.Problem.LevelTwoGradient("test");
        Assert.True(length > 0);
        Assert.Equal(0.2 * length, TensorArithmetic.Length(one.Zip(plain, (whole, part) => whole - part)), 1e-6 * length);
        Assert.Equal(0.3 * length, TensorArithmetic.Length(two.Zip(plain, (whole, part) => whole - part)), 1e-6 * length);
        Assert.True(levelOne.Weight > 0);
        Assert.True(levelTwo.Weight < 0, "ΔR is maximised");
    }

    [Fact]
    public void LevelOneGradient_AgainAtAnotherPlace_IsOfTheSameFunction()
    {
        using var problem = new SmallProblem(options with { Beta = 3 });
        using BatchNormStatistics held = BatchNormStatistics.Hold(problem.Method);
        double weight = problem.Problem.LevelOneGradient("test").Level.Weight;
        Tensor[] direction = problem.Direction(1);
        double Slope() => SmallProblem.Dot(problem.Problem.LevelOneGradient("test").Gradient, direction);
        double expected = problem.Slope(direction, () => Tiny.Value(problem.Problem.LevelOne("test").Total), 1e-6);
        Assert.Equal(expected, Slope(), 1e-5 * Math.Abs(expected) + 1e-7);
        double curvature = problem.Slope(direction, Slope, 1e-6);
        Assert.Equal(
            curvature, SmallProblem.Dot(problem.Problem.LevelOneCurvature(direction, "test"), direction), 1e-4 * Math.Abs(curvature) + 1e-6);
        Assert.Equal(weight, problem.Problem.LevelOneGradient("test").Level.Weight);
    }

    [Fact]
    public void Weigh_SeveralSteps_FollowsMeansOfLengths()
    {
        var state = new TrainingState();
        var dosage = new Dosage(state);
        using Tensor two = tensor(new[] { 0.0, 2 }), three = tensor(new[] { 3.0, 0 }), five = tensor(new[] { 3.0, 4 });
        Assert.Equal(0.5 * 2 / 3, dosage.Weigh("term", 0.5, [two], [three]), 1e-12);
        Assert.Equal(0.5 * (0.9 * 2 + 5) / (0.9 * 3 + 2), dosage.Weigh("term", 0.5, [five], [two]), 1e-12);
        Assert.Equal(0.5 * 5 / 2, dosage.Weigh("another", 0.5, [five], [two]), 1e-12);
    }

    [Fact]
    public void Weigh_NoGradient_WeighsNothing()
    {
        using Tensor some = ones(3), none = zeros(3);
        Assert.Equal(0, new Dosage(new TrainingState()).Weigh("term", 0.5, [some], [none]));
        Assert.Equal(0, new Dosage(new TrainingState()).Weigh("term", 0.5, [none], [some]));
    }

    [Fact]
    public void Gradients_Minimised_HasTheOtherSign()
    {
        using var up = new SmallProblem(options);
        using var down = new SmallProblem(options with { MinimiseReduction = true });
        Assert.Equal(-up.Problem.LevelTwoGradient("test").Level.Weight, down.Problem.LevelTwoGradient("test").Level.Weight, 1e-9);
    }

    [Fact]
    public void Gradients_NoSharesOrCut_AreThoseOfTheLoss()
    {
        using var problem = new SmallProblem(options with { Alpha = 0, CutAlignment = true });
        using BatchNormStatistics held = BatchNormStatistics.Hold(problem.Method);
        Tensor[] plain = Gradients.Of(
            problem.Method.Loss(Views.Pair(problem.Early, SplitPoint.Layer2), new TrainingProgress(0, 1, 0, 0)).Total, problem.Parameters);
        Assert.True(Tiny.RelativeError(problem.Problem.LevelOneGradient("test").Gradient, plain) < 1e-12);
        Assert.True(Tiny.RelativeError(problem.Problem.LevelTwoGradient("test").Gradient, plain) < 1e-12);
    }
}
