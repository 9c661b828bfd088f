using CsCheck;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Tests.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Methods;

[Collection(typeof(TorchCollection))]
public class MocoTests
{
    private static readonly TrainingProgress start = new(0, 100, 0, 0);

    [Fact]
    public void InfoNce_AnyEmbeddings_IsTheSlowLossWithItsGradient() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 6], Gen.Int[1, 7], Gen.Int[1, 5], Gen.Double[0.07, 2]).Sample(
            (seed, images, length, dimension, temperature) =>
            {
                using var scope = NewDisposeScope();
                double[,] queries = Reference.Gaussian(seed, images, dimension), keys = Reference.Gaussian(
                    seed + 1, images, dimension), queue = Reference.Gaussian(seed + 2, length, dimension);
                Tensor q = tensor(queries).requires_grad_(), k = tensor(keys).requires_grad_(), c = tensor(queue).requires_grad_();
                Tensor loss = Moco.InfoNce(q, k, c, temperature);
                Assert.Equal(SlowMomentum.InfoNce(queries, keys, queue, temperature), loss.item<double>(), 1e-9);
                Tensor both = Moco.InfoNce(q, k, c, temperature) + Moco.InfoNce(k, q, c, temperature);
                double Both(double[,] x, double[,] y) =>
                    SlowMomentum.InfoNce(x, keys, queue, temperature) + SlowMomentum.InfoNce(y, queries, queue, temperature);
                MomentumCheck.Gradient(both, q, k, Both, (double[,])queries.Clone(), (double[,])keys.Clone(), c);
                Assert.Equal(0, Tiny.Value(Gradients.Of(loss, [k])[0].abs().max()));
            },
            iter: 40, threads: 1);

    [Theory]
    [InlineData(1, 4, 0.2)]
    [InlineData(5, 9, 0.07)]
    public void InfoNce_AllCollinear_IsTheLogarithmOfTheQueueAndTheKey(int images, int length, double temperature)
    {
        using var scope = NewDisposeScope();
        Tensor row = tensor(new double[,] { { 3, -1, 2 } });
        Assert.Equal(
            Math.Log(length + 1),
            Moco.InfoNce(row.expand(images, 3) * 7, row.expand(images, 3), row.expand(length, 3) * 0.1, temperature).item<double>(), 1e-9);
    }

    /// <summary>
    /// Orthogonal images: were the other key of the batch a negative, or the key not among the candidates, the constant would differ.
    /// </summary>
    [Fact]
    public void InfoNce_OrthogonalImages_CountsTheQueueAlone()
    {
        using var scope = NewDisposeScope();
        Tensor axes = eye(3, dtype: ScalarType.Float64), queue = axes.narrow(0, 2, 1).expand(4, 3);
        double expected = Math.Log(Math.Exp(1 / 0.2) + 4) - 1 / 0.2;
        Assert.Equal(expected, Moco.InfoNce(axes.narrow(0, 0, 2) * 2, axes.narrow(0, 0, 2) * 3, queue * 5, 0.2).item<double>(), 1e-12);
        MocoOptions options = new MocoOptions().Filled(TrainingSize.Usual);
        Assert.Equal(
            (0.2, 4096, 0.99, false, false),
            (options.Temperature, options.QueueLength, options.TargetMomentum, options.ScheduleTargetMomentum, options.Symmetric));
    }

    [Fact]
    public void InfoNce_ImagesOrQueuePermuted_IsTheSame()
    {
        using var scope = NewDisposeScope();
        Tensor queries = Tiny.Gaussian(1, 6, 4), keys = Tiny.Gaussian(2, 6, 4), queue = Tiny.Gaussian(3, 6, 4),
            order = tensor([3L, 1, 5, 0, 4, 2]);
        double loss = Moco.InfoNce(queries, keys, queue, 0.5).item<double>();
        Assert.Equal(loss, Moco.InfoNce(queries.index_select(0, order), keys.index_select(0, order), queue, 0.5).item<double>(), 1e-12);
        Assert.Equal(loss, Moco.InfoNce(queries, keys, queue.index_select(0, order), 0.5).item<double>(), 1e-12);
        Assert.NotEqual(loss, Moco.InfoNce(queries, keys.index_select(0, order), queue, 0.5).item<double>(), 1e-3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1e30)]
    public void InfoNce_Collapsed_IsFiniteWithItsGradient(double value)
    {
        using var scope = NewDisposeScope();
        Tensor queries = full(4, 3, value, dtype: ScalarType.Float32).requires_grad_(),
            others = full(4, 3, value, dtype: ScalarType.Float32);
        Tensor loss = Moco.InfoNce(queries, others, others, 0.2);
        Assert.Equal(Math.Log(5), Tiny.Value(loss), 1e-5);
        Assert.True(Gradients.Of(loss, [queries])[0].isfinite().all().item<bool>());
    }

    [Fact]
    public void InfoNce_BadShapes_SaysWhatWasExpected()
    {
        using var scope = NewDisposeScope();
        string Message(Tensor queries, Tensor keys, Tensor queue) =>
            Assert.Throws<ArgumentException>(() => Moco.InfoNce(queries, keys, queue, 0.2)).Message;
        Assert.Contains("found [4] and [4, 1]", Message(ones(4), ones(4, 1), ones(5, 1)), StringComparison.Ordinal);
        Assert.Contains("[N, k]", Message(ones(4, 3), ones(1, 3), ones(5, 3)), StringComparison.Ordinal);
        Assert.Contains("[M, 3], found [5, 2]", Message(ones(4, 3), ones(4, 3), ones(5, 2)), StringComparison.Ordinal);
        Assert.Contains("[M, 3], found [3]", Message(ones(4, 3), ones(4, 3), ones(3)), StringComparison.Ordinal);
        Assert.Contains("at least 1 images", Message(ones(0, 3), ones(0, 3), ones(5, 3)), StringComparison.Ordinal);
    }

    [Fact]
    public void Loss_OneDirection_AsksForTheSecondViewsWithTheFirst()
    {
        using var scope = NewDisposeScope();
        using Moco method = Create(symmetric: false);
        Tensor images = Tiny.Images(8, ScalarType.Float64);
        Tensor keys = method.Project(method.Backbone.forward(images.narrow(0, 4, 4))); // the momentum encoder is still equal
        MomentumCheck.Disturb(method);
        Tensor queries = method.Project(method.Backbone.forward(images.narrow(0, 0, 4)));
        MethodLoss loss = method.Loss(Views.Pair(images), start);
        double expected = SlowMomentum.InfoNce(
            MomentumCheck.Rows(queries), MomentumCheck.Rows(keys), MomentumCheck.Rows(Queue(method)), 0.2);
        Assert.Equal(expected, loss.Total.item<double>(), 1e-9);
        Assert.Equal(["infoNce"], loss.Terms.Select(term => term.Name));
        Assert.Equal([4, method.Backbone.FeatureDimension], loss.Features.shape);
        Assert.Equal([4, 8], loss.Embeddings.shape);
        Assert.NotEqual(expected, method.Loss(Views.Pair(images.roll(4, 0L)), start).Total.item<double>(), 1e-3);
    }

    [Fact]
    public void Loss_Symmetric_IsTheMeanOfBothDirections()
    {
        using var scope = NewDisposeScope();
        using Moco one = Create(symmetric: false), both = Create(symmetric: true);
        MomentumCheck.Disturb(one);
        MomentumCheck.Disturb(both);
        Tensor images = Tiny.Images(8, ScalarType.Float64), swapped = images.roll(4, 0L);
        double there = one.Loss(Views.Pair(images), start).Total.item<double>(),
            back = one.Loss(Views.Pair(swapped), start).Total.item<double>();
        MethodLoss loss = both.Loss(Views.Pair(images), start);
        Assert.Equal((there + back) / 2, loss.Total.item<double>(), 1e-9);
        Assert.Equal(loss.Total.item<double>(), both.Loss(Views.Pair(swapped), start).Total.item<double>(), 1e-9);
        Assert.Equal([8, both.Backbone.FeatureDimension], loss.Features.shape);
    }

    [Fact]
    public void Loss_FromEarlyFeatures_UsesBothDirectionsWhateverTheOption()
    {
        using var scope = NewDisposeScope();
        using Moco one = Create(symmetric: false), both = Create(symmetric: true);
        Tensor early = one.Backbone.ForwardTo(SplitPoint.Layer2, Tiny.Images(8, ScalarType.Float64));
        MethodLoss loss = one.Loss(Views.Pair(early, SplitPoint.Layer2), start);
        Assert.Equal(both.Loss(Views.Pair(early, SplitPoint.Layer2), start).Total.item<double>(), loss.Total.item<double>(), 1e-12);
        Assert.Equal([8, one.Backbone.FeatureDimension], loss.Features.shape);
        loss.Commit!();
        Assert.Equal(8, one.state_dict()["queue.written"].item<long>());
    }

    [Theory]
    [InlineData(false, 4)]
    [InlineData(true, 8)]
    public void Commit_Keys_EnterTheQueueOnlyThen(bool symmetric, int entering)
    {
        using var scope = NewDisposeScope();
        using Moco method = Create(symmetric);
        Tensor images = Tiny.Images(8, ScalarType.Float64),
            keys = method.Project(method.Backbone.forward(images)).narrow(0, 8 - entering, entering).clone();
        MomentumCheck.Disturb(method);
        Tensor before = Queue(method).clone();
        MethodLoss loss = method.Loss(Views.Pair(images), start), again = method.Loss(Views.Pair(images), start);
        Assert.Equal(loss.Total.item<double>(), again.Total.item<double>());
        Assert.Equal(0, Tiny.Value((Queue(method) - before).abs().max()));
        loss.Commit!();
        Tensor after = Queue(method);
        Assert.Equal(0, Tiny.Value((after.narrow(0, 0, entering) - nn.functional.normalize(keys)).abs().max()), 1e-12);
        Assert.Equal(0, Tiny.Value((after.narrow(0, entering, 16 - entering) - before.narrow(0, entering, 16 - entering)).abs().max()));
        Assert.NotEqual(loss.Total.item<double>(), method.Loss(Views.Pair(images), start).Total.item<double>());
    }

    [Fact]
    public void AfterStep_MomentumEncoder_FollowsAtItsRate()
    {
        using var scope = NewDisposeScope();
        using Moco method = Create(symmetric: false), scheduled = new(
            new MocoOptions { ScheduleTargetMomentum = true, TargetMomentum = 0.9, QueueLength = 4 }, Tiny.Backbone());
        MomentumCheck.FollowsAt(method, 0.99, new TrainingProgress(51, 100, 0, 0));
        MomentumCheck.FollowsAt(scheduled, 0.95, new TrainingProgress(51, 100, 0, 0));
    }

    [Fact]
    public void Validate_BadOptions_NamesThem()
    {
        using ResNet backbone = Tiny.Backbone();
        string Message(MocoOptions options) => Assert.Throws<InvalidOptionException>(() => new Moco(options, backbone)).Message;
        Assert.Contains("--temperature", Message(new MocoOptions { Temperature = 0 }), StringComparison.Ordinal);
        Assert.Contains("--queue-length", Message(new MocoOptions { QueueLength = -1 }), StringComparison.Ordinal);
        Assert.Contains("--target-momentum", Message(new MocoOptions { TargetMomentum = 1.01 }), StringComparison.Ordinal);
        Assert.Contains("--projector-hidden", Message(new MocoOptions { ProjectorHidden = 0 }), StringComparison.Ordinal);
        Assert.Contains("--projector-output", Message(new MocoOptions { ProjectorOutput = 0 }), StringComparison.Ordinal);
    }

    private static Moco Create(bool symmetric)
    {
        ResNet backbone = Tiny.Backbone();
        var method = new Moco((MocoOptions)Tiny.Options("moco") with { Symmetric = symmetric }, backbone);
        method.to(ScalarType.Float64);
        method.eval();
        return method;
    }

    private static Tensor Queue(Moco method) => method.state_dict()["queue.rows"];
}
