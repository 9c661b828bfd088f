using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Tests.Methods;
using Lethe.Umm;
using static TorchSharp.torch;

namespace Lethe.Tests.Umm;

[Collection(typeof(TorchCollection))]
public class BilevelProblemTests
{
    private static readonly UmmOptions options = new() { Split = "layer2", Alpha = 0.7, Beta = 10 };

    [Theory]
    [InlineData("simclr", "layer1", "loss-gradient")]
    [InlineData("simclr", "layer3", "loss-gradient")]
    [InlineData("vicreg", "layer2", "loss-gradient")]
    [InlineData("simclr", "layer2", "jacobian-volume")]
    [InlineData("vicreg", "layer3", "jacobian-volume")]
    [InlineData("simclr", "layer2", "jacobian-norm")]
    [InlineData("vicreg", "layer3", "jacobian-norm")]
    public void LevelOne_Divergence_HasTheGradientOfFiniteDifferences(string name, string split, string volume)
    {
        using var problem = new SmallProblem(options with { Split = split, Volume = volume, Probes = 3 }, name);
        using BatchNormStatistics held = BatchNormStatistics.Hold(problem.Method);
        LevelOne level = problem.Problem.LevelOne("test");
        Assert.InRange(Tiny.Value(level.Divergence), 1e-6, Math.Log(2));
        Tensor[] gradient = Gradients.Of(level.Divergence, problem.Parameters);
        foreach (Tensor[] direction in new[] { SmallProblem.Unit(gradient), problem.Direction(1), problem.Direction(2) })
        {
            double expected = problem.Slope(direction, () => Tiny.Value(problem.Problem.LevelOne("test").Divergence), 1e-7);
            Assert.Equal(expected, SmallProblem.Dot(gradient, direction), 1e-4 * Math.Abs(expected) + 1e-7);
        }
    }

    [Fact]
    public void LevelOne_Volume_IsTheNormOfTheLossGradientOfEachSample()
    {
        using var problem = new SmallProblem(options);
        using BatchNormStatistics held = BatchNormStatistics.Hold(problem.Method);
        LevelOne level = problem.Problem.LevelOne("test");
        Tensor leaf = problem.Early.detach().clone().requires_grad_();
        problem.Method.Loss(Views.Pair(leaf, SplitPoint.Layer2), new TrainingProgress(0, 1, 0, 0)).Total.backward();
        Tensor expected = leaf.grad!.flatten(1).norm(1).log();
        Assert.Equal([10], level.LogVolume.shape);
        Assert.True(Tiny.RelativeError([level.LogVolume], [expected]) < 1e-9);
    }

    [Theory]
    [InlineData("loss-gradient", false)]
    [InlineData("loss-gradient", true)]
    [InlineData("jacobian-volume", true)]
    [InlineData("jacobian-norm", true)]
    public void LevelOne_Total_IsTheLossPlusBetaTimesTheDivergence(string volume, bool cut)
    {
        using var problem = new SmallProblem(options with { Volume = volume, CutAlignment = cut });
        using BatchNormStatistics held = BatchNormStatistics.Hold(problem.Method);
        LevelOne level = problem.Problem.LevelOne("test");
        Assert.Equal(Loss(problem) + 10 * Tiny.Value(level.Divergence), Tiny.Value(level.Total), 1e-10);
        Assert.True(Tiny.Value(level.Divergence) > 1e-6, "or it could be left out");
        Assert.Equal(!cut, level.Divergence.requires_grad);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(10, true)]
    public void LevelOneGradient_NoBetaOrCut_IsThatOfTheLossAlone(double beta, bool cut)
    {
        using var problem = new SmallProblem(options with { Beta = beta, CutAlignment = cut });
        using var aligned = new SmallProblem(options);
        (IReadOnlyList<Tensor> gradient, LevelOne level) = problem.Problem.LevelOneGradient("test");
        using BatchNormStatistics held = BatchNormStatistics.Hold(problem.Method);
        Tensor[] plain = Gradients.Of(
            problem.Method.Loss(Views.Pair(problem.Early, SplitPoint.Layer2), new TrainingProgress(0, 1, 0, 0)).Total, problem.Parameters);
        Assert.True(Tiny.RelativeError(gradient, plain) < 1e-12);
        Assert.True(Tiny.RelativeError(aligned.Problem.LevelOneGradient("test").Gradient, plain) > 1e-3);
        Assert.True(Tiny.Value(level.Divergence) > 0, "it is measured all the same");
        Assert.False(level.Divergence.requires_grad);
    }

    [Theory]
    [InlineData("simclr")]
    [InlineData("vicreg")]
    public void LevelTwo_Total_IsTheLossMinusAlphaTimesTheNormalisedReduction(string name)
    {
        using var problem = new SmallProblem(options, name);
        using BatchNormStatistics held = BatchNormStatistics.Hold(problem.Method);
        LevelTwo level = problem.Problem.LevelTwo("test");
        Tensor features = problem.Method.Backbone.ForwardFrom(SplitPoint.Layer2, problem.Early);
        double reduction = CodingRate.MeasureInstances(features.reshape(2, 5, -1), 0.5).Reduction;
        Assert.Equal(reduction, Tiny.Value(level.Reduction), 1e-9);
        Assert.Equal(Loss(problem) - 0.7 * reduction / CodingRate.UpperBound(10, 32, 0.5), Tiny.Value(level.Total), 1e-9);
    }

    [Fact]
    public void LevelTwo_Gradient_IsThatOfFiniteDifferences()
    {
        using var problem = new SmallProblem(options with { Alpha = 3 });
        using BatchNormStatistics held = BatchNormStatistics.Hold(problem.Method);
        Tensor[] gradient = Gradients.Of(problem.Problem.LevelTwo("test").Total, problem.Parameters);
        foreach (Tensor[] direction in new[] { SmallProblem.Unit(gradient), problem.Direction(1) })
        {
            double expected = problem.Slope(direction, () => Tiny.Value(problem.Problem.LevelTwo("test").Total), 1e-6);
            Assert.Equal(expected, SmallProblem.Dot(gradient, direction), 1e-5 * Math.Abs(expected) + 1e-7);
        }
    }

    [Fact]
    public void LevelTwo_NoAlpha_IsTheLossAndMinimiseFlipsTheSign()
    {
        using var none = new SmallProblem(options with { Alpha = 0 });
        using var maximise = new SmallProblem(options);
        using var minimise = new SmallProblem(options with { MinimiseReduction = true });
        double loss = Loss(none), without = Total(none), up = Total(maximise), down = Total(minimise);
        Assert.Equal(loss, without, 1e-12);
        Assert.Equal(loss - up, down - loss, 1e-12);
        Assert.True(up < loss);
    }

    [Fact]
    public void LevelOneGradient_AnyPass_LeavesBatchNormStatistics()
    {
        using var problem = new SmallProblem(options);
        SortedDictionary<string, string> before = Statistics(problem.Method);
        problem.Problem.LevelOneGradient("test");
        Assert.Equal(before, Statistics(problem.Method));
        problem.Problem.LevelTwo("test");
        Assert.NotEqual(before, Statistics(problem.Method));
    }

    [Fact]
    public void Levels_NotFinite_NameThePlace()
    {
        using var problem = new SmallProblem(options);
        using (no_grad())
            problem.Parameters[0].fill_(double.NaN);
        Assert.Contains(
            "iteration 9",
            Assert.Throws<TrainingException>(() => problem.Problem.LevelOneGradient("iteration 9")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "'ntXent' is NaN",
            Assert.Throws<TrainingException>(() => problem.Problem.LevelTwo("iteration 9")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void ParameterValues_ShiftedManyTimes_RestoreEveryBit()
    {
        using var problem = new SmallProblem(options);
        SortedDictionary<string, string> before = Tiny.Bits(problem.Method);
        using var start = new ParameterValues(problem.Parameters);
        start.Shift(problem.Direction(1), 0.1);
        start.Shift(problem.Direction(2), -1e-17);
        start.Shift(problem.Direction(3), 1e9);
        Assert.NotEqual(before, Tiny.Bits(problem.Method));
        start.Restore();
        Assert.Equal(before, Tiny.Bits(problem.Method));
        start.Restore();
        Assert.Equal(before, Tiny.Bits(problem.Method));
    }

    private static double Total(SmallProblem problem) => Tiny.Value(problem.Problem.LevelTwo("test").Total);

    private static double Loss(SmallProblem problem)
    {
        using BatchNormStatistics held = BatchNormStatistics.Hold(problem.Method);
        return Tiny.Value(problem.Method.Loss(Views.Pair(problem.Early, SplitPoint.Layer2), new TrainingProgress(0, 1, 0, 0)).Total);
    }

    private static SortedDictionary<string, string> Statistics(SslMethod method) =>
        Tiny.Bits(method.state_dict().Where(entry => entry.Key.Contains("running_", StringComparison.Ordinal)));
}
