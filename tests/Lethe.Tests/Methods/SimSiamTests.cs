using CsCheck;
using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Tests.Diagnostics;
using Lethe.Tests.Training;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Tests.Methods;

[Collection(typeof(TorchCollection))]
public class SimSiamTests
{
    private static readonly TrainingProgress start = new(0, 100, 0, 0);

    [Fact]
    public void NegativeCosine_AnyEmbeddings_IsTheSlowLossWithItsGradient() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 6], Gen.Int[1, 5]).Sample(
            (seed, images, dimension) =>
            {
                using var scope = NewDisposeScope();
                double[][,] arrays = [.. Enumerable.Range(0, 4).Select(i => Reference.Gaussian(seed + (ulong)i, images, dimension))];
                Tensor[] tensors = [.. arrays.Select(array => tensor(array).requires_grad_())];
                Tensor loss = SimSiam.NegativeCosine(tensors[0], tensors[1], tensors[2], tensors[3]);
                Assert.Equal(SlowMomentum.SimSiam(arrays[0], arrays[1], arrays[2], arrays[3]), loss.item<double>(), 1e-9);
                MomentumCheck.Gradient(
                    loss,
                    tensors[0],
                    tensors[1],
                    (x, y) => SlowMomentum.SimSiam(x, y, arrays[2], arrays[3]),
                    arrays[0],
                    arrays[1],
                    tensors[2],
                    tensors[3]);
            },
            iter: 40, threads: 1);

    /// <summary>
    /// Half of each direction, from −1 to 1: the views whose predictions are right and wrong are told apart by the third line.
    /// </summary>
    [Fact]
    public void NegativeCosine_IdenticalOppositeHalf_AreMinusOneOneMinusHalf()
    {
        using var scope = NewDisposeScope();
        Tensor rows = Tiny.Gaussian(1, 5, 4), axes = eye(4, dtype: ScalarType.Float64);
        Assert.Equal(-1, SimSiam.NegativeCosine(rows, rows, rows * 7, rows).item<double>(), 1e-9);
        Assert.Equal(1, SimSiam.NegativeCosine(rows, rows, -rows, -rows).item<double>(), 1e-9);
        Assert.Equal(-0.5, SimSiam.NegativeCosine(axes, axes * 2, axes, axes.roll(1, 0L)).item<double>(), 1e-9);
        Tensor first = Tiny.Gaussian(2, 5, 4), second = Tiny.Gaussian(3, 5, 4);
        Assert.Equal(-1, SimSiam.NegativeCosine(first, second, second, first).item<double>(), 1e-9);
    }

    [Fact]
    public void NegativeCosine_ViewsSwappedOrImagesPermuted_IsTheSame()
    {
        using var scope = NewDisposeScope();
        Tensor[] t = [.. Enumerable.Range(1, 4).Select(i => Tiny.Gaussian((ulong)i, 6, 4))];
        Tensor order = tensor([3L, 1, 5, 0, 4, 2]);
        double loss = SimSiam.NegativeCosine(t[0], t[1], t[2], t[3]).item<double>();
        Assert.Equal(loss, SimSiam.NegativeCosine(t[1], t[0], t[3], t[2]).item<double>(), 1e-12);
        Tensor[] p = [.. t.Select(rows => rows.index_select(0, order))];
        Assert.Equal(loss, SimSiam.NegativeCosine(p[0], p[1], p[2], p[3]).item<double>(), 1e-12);
        Assert.NotEqual(loss, SimSiam.NegativeCosine(p[0], p[1], t[2], t[3]).item<double>(), 1e-3);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, -1)]
    public void NegativeCosine_Collapsed_IsFiniteWithItsGradient(double value, double expected)
    {
        using var scope = NewDisposeScope();
        Tensor predictions = full(4, 3, value, dtype: ScalarType.Float32).requires_grad_(),
            targets = full(4, 3, value, dtype: ScalarType.Float32);
        Tensor loss = SimSiam.NegativeCosine(predictions, predictions, targets, targets);
        Assert.Equal(expected, Tiny.Value(loss), 1e-5);
        Assert.True(Gradients.Of(loss, [predictions])[0].isfinite().all().item<bool>());
    }

    [Fact]
    public void NegativeCosine_BadShapes_SaysWhatWasExpected()
    {
        using var scope = NewDisposeScope();
        Tensor good = ones(4, 3);
        string Message(params Tensor[] t) => Assert.Throws<ArgumentException>(() => SimSiam.NegativeCosine(t[0], t[1], t[2], t[3])).Message;
        Assert.Contains("found [4, 3] and [1, 3]", Message(good, ones(1, 3), good, good), StringComparison.Ordinal);
        Assert.Contains("found [4, 3] and [1, 3]", Message(good, good, ones(1, 3), good), StringComparison.Ordinal);
        Assert.Contains("found [4, 3] and [4]", Message(good, good, good, ones(4)), StringComparison.Ordinal);
        Assert.Contains("at least 1 images", Message(ones(0, 3), ones(0, 3), ones(0, 3), ones(0, 3)), StringComparison.Ordinal);
    }

    /// <summary>
    /// The gradient by all weights is that of finite differences in which the embeddings to be predicted stay as they are.
    /// </summary>
    [Fact]
    public void Loss_StopGradient_HoldsTheOtherViewsEmbeddings()
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.DoubleMethod("simsiam");
        using BatchNormStatistics held = BatchNormStatistics.Hold(method);
        Tensor images = Tiny.Images(12, ScalarType.Float64);
        MethodLoss loss = method.Loss(Views.Pair(images), start);
        Tensor constant = loss.Embeddings.detach();
        nn.Module<Tensor, Tensor> predictor = MomentumCheck.Child(method, "predictor");
        List<Tensor> parameters = [.. method.parameters()];
        Tensor[] direction = [.. parameters.Select((parameter, i) => Tiny.Gaussian((ulong)i, parameter.shape))];
        double expected = Gradients.Of(loss.Total, parameters).Zip(direction, (g, d) => Tiny.Value((g * d).sum())).Sum();
        const double Step = 1e-6;
        double Along(double step)
        {
            using IDisposable frozen = no_grad();
            for (int i = 0; i < parameters.Count; i++)
                parameters[i].add_(direction[i], step);
            Tensor predictions = predictor.forward(method.Project(method.Backbone.forward(images)));
            double[,] Half(Tensor stacked, int half) => MomentumCheck.Rows(stacked.narrow(0, half * 6, 6));
            double value = SlowMomentum.SimSiam(Half(predictions, 0), Half(predictions, 1), Half(constant, 0), Half(constant, 1));
            for (int i = 0; i < parameters.Count; i++)
                parameters[i].add_(direction[i], -step);
            return value;
        }

        Assert.Equal(loss.Total.item<double>(), Along(0), 1e-9);
        Assert.Equal(expected, (Along(Step) - Along(-Step)) / (2 * Step), 1e-4 * Math.Abs(expected));
    }

    [Fact]
    public void Constructor_Heads_AreThreeLayersWithNormAndABottleneckWithout()
    {
        using var scope = NewDisposeScope();
        using var method = new SimSiam(
            new SimSiamOptions { ProjectorHidden = 16, ProjectorOutput = 8, PredictorHidden = 2 }, Tiny.Backbone());
        MethodLoss loss = method.Loss(Views.Pair(Tiny.Images(8)), start);
        Assert.True(Tiny.Value(loss.Embeddings.mean([0]).abs().max()) < 1e-5);
        Assert.True(Tiny.Value((loss.Embeddings.var(0, unbiased: false) - 1).abs().max()) < 0.05);
        Dictionary<string, Tensor> state = method.state_dict();
        Assert.Equal([16, 16], state["projector.3.weight"].shape);
        Assert.Equal([8, 16], state["projector.6.weight"].shape);
        Assert.DoesNotContain("projector.6.bias", state.Keys);
        Assert.Equal([2, 8], state["predictor.0.weight"].shape);
        Assert.Equal([8, 2], state["predictor.3.weight"].shape);
        Assert.Contains("predictor.3.bias", state.Keys);
        Assert.DoesNotContain("predictor.4.running_mean", state.Keys);
        Assert.Equal(["negativeCosine"], loss.Terms.Select(term => term.Name));
        Assert.Null(loss.Commit);
    }

    /// <summary>At the first step of a warm-up the scheduled rate is zero, so only what is not scheduled moves.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Train_WhereTheScheduledRateIsZero_MovesAtMostThePredictor(bool fixedRate)
    {
        using var scope = NewDisposeScope();
        using var method = new SimSiam(
            new SimSiamOptions { ProjectorHidden = 16, ProjectorOutput = 8, PredictorHidden = 4, FixPredictorRate = fixedRate },
            Tiny.Backbone());
        Assert.Equal(fixedRate ? ["predictor"] : [], method.UnscheduledParts);
        using ViewLoader loader = Tiny.Loader();
        using var pretrainer = new Pretrainer(method, loader, new TrainingOptions { Epochs = 1, BatchSize = 4, WarmUp = 0.2 }, 3, CPU);
        SortedDictionary<string, string> before = Tiny.Bits(method);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => pretrainer.Train(stepped: _ => stop.Cancel(), cancellation: stop.Token));
        Assert.Equal((1, 0), (pretrainer.State.Step, pretrainer.State.LearningRate));
        SortedDictionary<string, string> after = Tiny.Bits(method);
        foreach (string name in method.named_parameters().Select(parameter => parameter.name))
            Assert.True((fixedRate && name.StartsWith("predictor.", StringComparison.Ordinal)) == (before[name] != after[name]), name);
    }

    [Fact]
    public void Validate_BadOptions_NamesThem()
    {
        using ResNet backbone = Tiny.Backbone();
        string Message(SimSiamOptions options) => Assert.Throws<InvalidOptionException>(() => new SimSiam(options, backbone)).Message;
        Assert.Contains("--projector-hidden", Message(new SimSiamOptions { ProjectorHidden = 0 }), StringComparison.Ordinal);
        Assert.Contains("--projector-output", Message(new SimSiamOptions { ProjectorOutput = 0 }), StringComparison.Ordinal);
        Assert.Contains("--predictor-hidden", Message(new SimSiamOptions { PredictorHidden = 0 }), StringComparison.Ordinal);
        Assert.True(new SimSiamOptions().FixPredictorRate);
    }
}
