using Lethe.Augmentation;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Tests.Methods;
using Lethe.Umm;
using static TorchSharp.torch;

namespace Lethe.Tests.Umm;

/// <summary>One step of each variant against the step put together by hand, in double precision.</summary>
[Collection(typeof(TorchCollection))]
public class UmmVariantTests
{
    private static readonly UmmOptions options = new()
    {
        Alpha = 0.5, Beta = 10, InnerLearningRate = 0.05, OuterLearningRate = 1e-3, OuterOptimiser = "sgd",
    };

    [Theory]
    [InlineData("look-ahead", "sgd", "same")]
    [InlineData("keep", "sgd", "same")]
    [InlineData("look-ahead", "sgd", "fresh")]
    [InlineData("keep", "sgd", "fresh")]
    [InlineData("keep", "normalised", "same")]
    [InlineData("look-ahead", "normalised", "fresh")]
    [InlineData("keep", "adam", "same")]
    public void Step_EachVariant_IsTheHandWrittenStep(string levelOne, string innerStep, string outerBatch)
    {
        UmmOptions one = options with { LevelOne = levelOne, InnerStep = innerStep, OuterBatch = outerBatch };
        using var scope = NewDisposeScope();
        Tensor images = Tiny.Images(8, ScalarType.Float64), other = Tiny.Images(8, ScalarType.Float64, seed: 9);
        Tensor[] batches = one.TakesFreshBatch ? [images, other] : [images];
        using SslMethod method = Tiny.DoubleMethod();
        using ViewLoader loader = Tiny.Loader();
        using var trainer = new UmmTrainer(method, loader, one, control: false, 3, CPU);
        trainer.Descend(batches);

        using var slow = new SmallProblem(one, images: 4);
        using BatchNormStatistics held = BatchNormStatistics.Hold(slow.Method);
        using var start = new ParameterValues(slow.Parameters);
        Tensor[] before = [.. slow.Parameters.Select(parameter => parameter.detach().clone())];
        Tensor[] gradient = [.. slow.Problem.LevelOneGradient("test").Gradient];
        Tensor[] inner = innerStep switch
        {
            "normalised" => [.. gradient.Select(part => part * (Length(before) / Length(gradient)))],

            // Adam's first step: m/√v = g/|g|.
            "adam" => [.. gradient.Select(part => part / (part.abs() + 1e-8))],
            _ => gradient,
        };
        start.Shift(inner, -one.InnerLearningRate);
        Tensor[] after = [.. slow.Parameters.Select(parameter => parameter.detach().clone())];
        Tensor early = slow.Method.Backbone.ForwardTo(SplitPoint.Layer2, batches[^1]).detach();
        MethodLoss two = slow.Method.Loss(Views.Pair(early, SplitPoint.Layer2), new TrainingProgress(0, 1, 0, 0));
        Tensor rate = CodingRate.InstanceReduction(two.Features.narrow(0, 0, 4), two.Features.narrow(0, 4, 4), 0.5);
        Tensor[] outer = Gradients.Of(two.Total - 0.5 * rate / CodingRate.UpperBound(8, 32, 0.5), slow.Parameters);
        Tensor[] from = levelOne == "keep" ? after : before;
        IEnumerable<Tensor> expected = from.Zip(outer, (p, g) => p - 1e-3 * g);
        IEnumerable<Tensor> found = method.parameters().Where(parameter => parameter.requires_grad);

        // Compared as what was moved, which a rounding of the weights does not hide.
        Assert.True(Tiny.RelativeError(found.Zip(before, (p, q) => p - q), expected.Zip(before, (p, q) => p - q)) < 1e-6);
    }

    [Fact]
    public void Take_NormalisedWithoutGradient_StaysWhereItIs()
    {
        using var problem = new SmallProblem(options);
        SortedDictionary<string, string> before = Tiny.Bits(problem.Method);
        using var step = new InnerStep(
            options with { InnerStep = "normalised" },
            [.. problem.Method.named_parameters().Where(one => one.parameter.requires_grad).Select(one => (one.name, one.parameter))]);
        using var scope = NewDisposeScope();
        Tensor[] nothing = [.. problem.Method.parameters().Where(one => one.requires_grad).Select(one => zeros_like(one))];
        Assert.Equal(0, step.Take(nothing));
        Assert.Equal(before, Tiny.Bits(problem.Method));
    }

    [Fact]
    public void LevelTwo_CodeConvention_IsTheReductionOfEmbeddingsAsTheyAre()
    {
        using var problem = new SmallProblem(options with { RateConvention = "code" });
        using BatchNormStatistics held = BatchNormStatistics.Hold(problem.Method);
        LevelTwo level = problem.Problem.LevelTwo("test");
        Tensor rows = level.Loss.Embeddings.detach(); // [10, 8]
        Tensor identity = eye(8, dtype: ScalarType.Float64);
        double expected = 0.5 * linalg.slogdet(identity + 8 / (10 * 0.1) * rows.t().mm(rows)).Item2.item<double>();
        for (int i = 0; i < 5; i++)
        {
            Tensor pair = stack([rows[i], rows[i + 5]]);
            expected -= 2 / 20.0 * linalg.slogdet(identity + 8 / (2 * 0.1) * pair.t().mm(pair)).Item2.item<double>();
        }

        Assert.Equal(expected, Tiny.Value(level.Reduction), 1e-9);
        Assert.Equal(
            Tiny.Value(level.Loss.Total) - 0.5 * expected / CodingRate.UpperBound(10, 8, 0.1), Tiny.Value(level.Total), 1e-9);
    }

    [Fact]
    public void Control_FreshBatch_StepsOnThatOfLevelTwo()
    {
        SortedDictionary<string, string> Weights(string outerBatch, params Tensor[] batches)
        {
            using SslMethod method = Tiny.Method();
            using ViewLoader loader = Tiny.Loader();
            using var trainer = new UmmTrainer(method, loader, options with { OuterBatch = outerBatch }, control: true, 3, CPU);
            trainer.Descend(batches);
            return Tiny.Bits(method);
        }

        using var scope = NewDisposeScope();
        Tensor first = Tiny.Images(8), second = Tiny.Images(8, seed: 2);
        Assert.Equal(Weights("same", second), Weights("fresh", first, second));
    }

    private static double Length(IEnumerable<Tensor> parts) => TensorArithmetic.Length(parts);
}
