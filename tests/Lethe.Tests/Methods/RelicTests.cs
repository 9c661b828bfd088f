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
public class RelicTests
{
    [Fact]
    public void Terms_AnyEmbeddings_AreTheSlowOnesWithTheirGradient() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 6], Gen.Int[1, 5], Gen.Double[0.1, 2], Gen.Bool).Sample(
            (seed, images, dimension, temperature, oneSided) =>
            {
                using var scope = NewDisposeScope();
                double[][,] arrays = [.. Enumerable.Range(0, 4).Select(i => Reference.Gaussian(seed + (ulong)i, images, dimension))];
                Tensor[] tensors = [.. arrays.Select(array => tensor(array).requires_grad_())];
                (Tensor contrastive, Tensor invariance) = Relic.Terms(
                    tensors[0], tensors[1], tensors[2], tensors[3], temperature, oneSided);
                (double Contrastive, double Invariance) slow = SlowMomentum.Relic(
                    arrays[0], arrays[1], arrays[2], arrays[3], temperature, oneSided);
                Assert.Equal(slow.Contrastive, contrastive.item<double>(), 1e-9);
                Assert.Equal(slow.Invariance, invariance.item<double>(), 1e-9);
                double Weighted(double[,] x, double[,] y)
                {
                    (double c, double i) = SlowMomentum.Relic(x, y, arrays[2], arrays[3], temperature, oneSided);
                    return c + 3 * i;
                }

                MomentumCheck.Gradient(
                    contrastive + 3 * invariance, tensors[0], tensors[1], Weighted, arrays[0], arrays[1], tensors[2], tensors[3]);
            },
            iter: 40, threads: 1);

    /// <summary>
    /// The positive is among the N candidates and the other images' same view is not: 2 log N, not 2 log(N − 1) or 2 log(2N − 1).
    /// </summary>
    [Theory]
    [InlineData(2, 0.1)]
    [InlineData(5, 1)]
    public void Terms_AllCollinear_AreTwiceTheLogarithmOfTheImagesAndZero(int images, double temperature)
    {
        using var scope = NewDisposeScope();
        Tensor rows = tensor(new double[,] { { 3, -1, 2 } }).expand(images, 3);
        (Tensor contrastive, Tensor invariance) = Relic.Terms(rows, rows * 2, rows * 3, rows * 5, temperature);
        Assert.Equal(2 * Math.Log(images), contrastive.item<double>(), 1e-9);
        Assert.Equal(0, invariance.item<double>(), 1e-9);
    }

    /// <summary>
    /// Two orthogonal images; of the second views the second looks like image one. With s = σ(1/τ): p¹² = [s, 1−s; 1−s, s],
    /// p²¹ = [s, 1−s; s, 1−s], so only the second row diverges, by (2s − 1)/τ in either direction, half of it in the mean.
    /// </summary>
    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public void Terms_TwoImages_AreTheHandComputedNumbers(bool oneSided, int directions)
    {
        using var scope = NewDisposeScope();
        Tensor axes = eye(2, dtype: ScalarType.Float64), second = tensor(new double[,] { { 1, 0 }, { 4, 0 } });
        const double Temperature = 0.5;
        double s = 1 / (1 + Math.Exp(-1 / Temperature));
        (Tensor contrastive, Tensor invariance) = Relic.Terms(axes * 3, second, axes, axes * 2, Temperature, oneSided);
        Assert.Equal(-Math.Log(s) - (Math.Log(s) + Math.Log(1 - s)) / 2, contrastive.item<double>(), 1e-12);
        Assert.Equal(directions * (2 * s - 1) / Temperature / 2, invariance.item<double>(), 1e-12);
    }

    [Fact]
    public void Terms_OneSided_IsTheDivergenceFromTheFirstViewsProbabilities()
    {
        using var scope = NewDisposeScope();
        Tensor[] t = [.. Enumerable.Range(1, 4).Select(i => Tiny.Gaussian((ulong)i, 6, 4))];
        double there = Relic.Terms(t[0], t[1], t[2], t[3], 0.5, oneSided: true).Invariance.item<double>();
        double back = Relic.Terms(t[1], t[0], t[3], t[2], 0.5, oneSided: true).Invariance.item<double>();
        Assert.NotEqual(there, back, 1e-3);
        Assert.Equal(there + back, Relic.Terms(t[0], t[1], t[2], t[3], 0.5).Invariance.item<double>(), 1e-12);
    }

    [Fact]
    public void Terms_ViewsSwappedOrImagesPermuted_AreTheSame()
    {
        using var scope = NewDisposeScope();
        Tensor[] t = [.. Enumerable.Range(1, 4).Select(i => Tiny.Gaussian((ulong)i, 6, 4))];
        Tensor order = tensor([3L, 1, 5, 0, 4, 2]);
        Tensor[] p = [.. t.Select(rows => rows.index_select(0, order))];
        (Tensor contrastive, Tensor invariance) = Relic.Terms(t[0], t[1], t[2], t[3], 0.5);
        foreach (
            (
                Tensor Contrastive,
                Tensor Invariance) same in new[] { Relic.Terms(t[1], t[0], t[3], t[2], 0.5), Relic.Terms(p[0], p[1], p[2], p[3], 0.5) })
        {
            Assert.Equal(contrastive.item<double>(), same.Contrastive.item<double>(), 1e-12);
            Assert.Equal(invariance.item<double>(), same.Invariance.item<double>(), 1e-12);
        }

        Assert.NotEqual(contrastive.item<double>(), Relic.Terms(p[0], p[1], t[2], t[3], 0.5).Contrastive.item<double>(), 1e-3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1e30)]
    public void Terms_Collapsed_AreFiniteWithTheirGradient(double value)
    {
        using var scope = NewDisposeScope();
        Tensor first = full(4, 3, value, dtype: ScalarType.Float32).requires_grad_(), others = full(4, 3, value, dtype: ScalarType.Float32);
        (Tensor contrastive, Tensor invariance) = Relic.Terms(first, others, others, others, 0.1);
        Assert.Equal(2 * Math.Log(4), Tiny.Value(contrastive + invariance), 1e-5);
        Assert.True(Gradients.Of(contrastive + invariance, [first])[0].isfinite().all().item<bool>());
    }

    /// <summary>A temperature at which probabilities of single precision are zero: their logarithms are not taken from them.</summary>
    [Fact]
    public void Terms_ProbabilitiesThatUnderflow_AreFiniteWithTheirGradient()
    {
        using var scope = NewDisposeScope();
        Tensor axes = eye(3), first = axes.clone().requires_grad_();
        (Tensor contrastive, Tensor invariance) = Relic.Terms(first, -axes, axes, axes, 0.001);
        Assert.True(double.IsFinite(Tiny.Value(contrastive + invariance)));
        Assert.True(Gradients.Of(contrastive + invariance, [first])[0].isfinite().all().item<bool>());
    }

    [Fact]
    public void Terms_BadShapes_SaysWhatWasExpected()
    {
        using var scope = NewDisposeScope();
        Tensor good = ones(4, 3);
        string Message(params Tensor[] t) => Assert.Throws<ArgumentException>(() => Relic.Terms(t[0], t[1], t[2], t[3], 0.1)).Message;
        Assert.Contains("found [4, 3] and [1, 3]", Message(good, ones(1, 3), good, good), StringComparison.Ordinal);
        Assert.Contains("found [4, 3] and [5, 3]", Message(good, good, ones(5, 3), good), StringComparison.Ordinal);
        Assert.Contains("found [4, 3] and [4]", Message(good, good, good, ones(4)), StringComparison.Ordinal);
        Assert.Contains("at least 1 images", Message(ones(0, 3), ones(0, 3), ones(0, 3), ones(0, 3)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Loss_OfViews_WeighsTheTermsAgainstTheMomentumEncoder(bool oneSided)
    {
        using var scope = NewDisposeScope();
        using var method = new Relic(
            new RelicOptions { ProjectorHidden = 8, ProjectorOutput = 4, KlWeight = 3, OneSidedKl = oneSided, Temperature = 0.3 },
            Tiny.Backbone());
        method.to(ScalarType.Float64);
        method.eval();
        Tensor images = Tiny.Images(8, ScalarType.Float64);
        Tensor targets = method.Project(method.Backbone.forward(images)); // the momentum encoder is still equal
        MomentumCheck.Disturb(method);
        Tensor embeddings = method.Project(method.Backbone.forward(images));
        double[,] Half(Tensor stacked, int half) => MomentumCheck.Rows(stacked.narrow(0, half * 4, 4));
        (double contrastive, double invariance) = SlowMomentum.Relic(
            Half(embeddings, 0), Half(embeddings, 1), Half(targets, 0), Half(targets, 1), 0.3, oneSided);
        MethodLoss loss = method.Loss(Views.Pair(images), new TrainingProgress(0, 100, 0, 0));
        Assert.Equal(["contrastive", "invariance"], loss.Terms.Select(term => term.Name));
        Assert.Equal(contrastive, loss.Terms[0].Value.item<double>(), 1e-9);
        Assert.Equal(3 * invariance, loss.Terms[1].Value.item<double>(), 1e-9);
        Assert.Equal(contrastive + 3 * invariance, loss.Total.item<double>(), 1e-9);
        Assert.Null(loss.Commit);
        var options = new RelicOptions();
        Assert.Equal((0.1, 1, false, true), (options.Temperature, options.KlWeight, options.OneSidedKl, options.ScheduleTargetMomentum));
    }

    [Fact]
    public void AfterStep_MomentumEncoder_FollowsAtItsRate()
    {
        using var scope = NewDisposeScope();
        using var method = new Relic(new RelicOptions { ProjectorHidden = 8, TargetMomentum = 0.9 }, Tiny.Backbone());
        MomentumCheck.FollowsAt(method, 0.95, new TrainingProgress(51, 100, 0, 0));
        using var constant = new Relic(
            new RelicOptions { ProjectorHidden = 8, ScheduleTargetMomentum = false, TargetMomentum = 0.9 }, Tiny.Backbone());
        MomentumCheck.FollowsAt(constant, 0.9, new TrainingProgress(51, 100, 0, 0));
    }

    [Fact]
    public void Validate_BadOptions_NamesThem()
    {
        using ResNet backbone = Tiny.Backbone();
        string Message(RelicOptions options) => Assert.Throws<InvalidOptionException>(() => new Relic(options, backbone)).Message;
        Assert.Contains("--temperature", Message(new RelicOptions { Temperature = -1 }), StringComparison.Ordinal);
        Assert.Contains("--kl-weight", Message(new RelicOptions { KlWeight = -1 }), StringComparison.Ordinal);
        Assert.Contains("--target-momentum", Message(new RelicOptions { TargetMomentum = -0.1 }), StringComparison.Ordinal);
        Assert.Contains("--projector-hidden", Message(new RelicOptions { ProjectorHidden = 0 }), StringComparison.Ordinal);
        Assert.Contains("--projector-output", Message(new RelicOptions { ProjectorOutput = 0 }), StringComparison.Ordinal);
    }
}
