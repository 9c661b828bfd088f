using CsCheck;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Tests.Diagnostics;
using static TorchSharp.torch;

namespace Lethe.Tests.Methods;

[Collection(typeof(TorchCollection))]
public class ByolTests
{
    [Fact]
    public void PredictionLoss_AnyEmbeddings_IsTheSlowLossWithItsGradient() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 6], Gen.Int[1, 5]).Sample(
            (seed, images, dimension) =>
            {
                using var scope = NewDisposeScope();
                double[][,] arrays = [.. Enumerable.Range(0, 4).Select(i => Reference.Gaussian(seed + (ulong)i, images, dimension))];
                Tensor[] tensors = [.. arrays.Select(array => tensor(array).requires_grad_())];
                Tensor loss = Byol.PredictionLoss(tensors[0], tensors[1], tensors[2], tensors[3]);
                Assert.Equal(SlowMomentum.Byol(arrays[0], arrays[1], arrays[2], arrays[3]), loss.item<double>(), 1e-9);
                MomentumCheck.Gradient(
                    loss,
                    tensors[0],
                    tensors[1],
                    (x, y) => SlowMomentum.Byol(x, y, arrays[2], arrays[3]),
                    arrays[0],
                    arrays[1],
                    tensors[2],
                    tensors[3]);
            },
            iter: 40, threads: 1);

    /// <summary>
    /// Each direction is 2 − 2cos, a mean over the images, and both are added: 0, 4 and 8, not half of it; the length of a row says
    /// nothing.
    /// </summary>
    [Fact]
    public void PredictionLoss_IdenticalOrthogonalOpposite_IsZeroFourEight()
    {
        using var scope = NewDisposeScope();
        Tensor rows = Tiny.Gaussian(1, 5, 4), axes = eye(4, dtype: ScalarType.Float64), others = axes.roll(1, 0L);
        Assert.Equal(0, Byol.PredictionLoss(rows, rows, rows * 7, rows).item<double>(), 1e-9);
        Assert.Equal(8, Byol.PredictionLoss(rows, rows * 0.5, -rows, rows * -3).item<double>(), 1e-9);
        Assert.Equal(4, Byol.PredictionLoss(axes, axes, others, others).item<double>(), 1e-9);
        Assert.Equal(2, Byol.PredictionLoss(axes, axes, axes, others).item<double>(), 1e-9);
    }

    [Fact]
    public void PredictionLoss_PredictionsOfOneView_AreComparedWithTargetsOfTheOther()
    {
        using var scope = NewDisposeScope();
        Tensor first = Tiny.Gaussian(1, 5, 4), second = Tiny.Gaussian(2, 5, 4);
        Assert.Equal(0, Byol.PredictionLoss(first, second, second, first).item<double>(), 1e-9);
        Assert.NotEqual(0, Byol.PredictionLoss(first, second, first, second).item<double>(), 0.1);
    }

    [Fact]
    public void PredictionLoss_ViewsSwappedOrImagesPermuted_IsTheSame()
    {
        using var scope = NewDisposeScope();
        Tensor[] t = [.. Enumerable.Range(1, 4).Select(i => Tiny.Gaussian((ulong)i, 6, 4))];
        Tensor order = tensor([3L, 1, 5, 0, 4, 2]);
        double loss = Byol.PredictionLoss(t[0], t[1], t[2], t[3]).item<double>();
        Assert.Equal(loss, Byol.PredictionLoss(t[1], t[0], t[3], t[2]).item<double>(), 1e-12);
        Tensor[] p = [.. t.Select(rows => rows.index_select(0, order))];
        Assert.Equal(loss, Byol.PredictionLoss(p[0], p[1], p[2], p[3]).item<double>(), 1e-12);
        Assert.NotEqual(loss, Byol.PredictionLoss(p[0], p[1], t[2], t[3]).item<double>(), 1e-3);
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(1, 0)]
    [InlineData(1e30, 4)] // its square is infinite in this precision: the row is normalised to zero
    public void PredictionLoss_Collapsed_IsFiniteWithItsGradient(double value, double expected)
    {
        using var scope = NewDisposeScope();
        Tensor predictions = full(4, 3, value, dtype: ScalarType.Float32).requires_grad_(),
            targets = full(4, 3, value, dtype: ScalarType.Float32);
        Tensor loss = Byol.PredictionLoss(predictions, predictions, targets, targets);
        Assert.Equal(expected, Tiny.Value(loss), 1e-5);
        Assert.True(Gradients.Of(loss, [predictions])[0].isfinite().all().item<bool>());
    }

    [Fact]
    public void PredictionLoss_BadShapes_SaysWhatWasExpected()
    {
        using var scope = NewDisposeScope();
        Tensor good = ones(4, 3);
        string Message(params Tensor[] t) => Assert.Throws<ArgumentException>(() => Byol.PredictionLoss(t[0], t[1], t[2], t[3])).Message;
        Assert.Contains("found [4, 3] and [1, 3]", Message(good, ones(1, 3), good, good), StringComparison.Ordinal);
        Assert.Contains("found [4, 3] and [1, 3]", Message(good, good, ones(1, 3), good), StringComparison.Ordinal);
        Assert.Contains("found [4, 3] and [4]", Message(good, good, good, ones(4)), StringComparison.Ordinal);
        Assert.Contains("Flatten", Message(ones(4), ones(4), ones(4), ones(4)), StringComparison.Ordinal);
        Assert.Contains("at least 1 images", Message(ones(0, 3), ones(0, 3), ones(0, 3), ones(0, 3)), StringComparison.Ordinal);
    }

    [Fact]
    public void Loss_OfViews_ComparesPredictionsWithTheMomentumEncodersEmbeddings()
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.DoubleMethod("byol");
        using BatchNormStatistics held = BatchNormStatistics.Hold(method);
        Tensor images = Tiny.Images(8, ScalarType.Float64);
        Tensor targets = method.Project(method.Backbone.forward(images)); // the momentum encoder is still equal
        MomentumCheck.Disturb(method);
        Tensor embeddings = method.Project(method.Backbone.forward(images));
        Tensor predictions = MomentumCheck.Child(method, "predictor").forward(embeddings);
        double expected = SlowMomentum.Byol(First(predictions), Second(predictions), First(targets), Second(targets));
        MethodLoss loss = method.Loss(Views.Pair(images), new TrainingProgress(0, 100, 0, 0));
        Assert.Equal(expected, loss.Total.item<double>(), 1e-9);
        Assert.Equal(["prediction"], loss.Terms.Select(term => term.Name));
        Assert.Equal(0, Tiny.Value((loss.Embeddings - embeddings).abs().max()));
        Assert.Null(loss.Commit);
    }

    [Fact]
    public void Loss_NoHiddenUnitOfThePredictorResponds_HasFiniteFirstAndSecondDerivatives()
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method("byol");
        using (no_grad())
            method.state_dict()["predictor.1.bias"].fill_(-100);
        Tensor early = method.Backbone.ForwardTo(SplitPoint.Layer2, Tiny.Images(8)).detach().requires_grad_();
        Tensor loss = method.Loss(Views.Pair(early, SplitPoint.Layer2), new TrainingProgress(0, 100, 0, 0)).Total;
        Tensor bias = method.named_parameters().Single(parameter => parameter.name == "predictor.3.bias").parameter;
        Tensor[] first = Gradients.Of(loss, [bias, early], createGraph: true);
        Assert.InRange(Tiny.Value(first[0].abs().max()), 1e-6, 1e3);
        Tensor[] second = Gradients.Of(first[0].square().sum() + first[1].square().sum(), [bias, early]);
        Assert.All(second, gradient => Assert.True(gradient.isfinite().all().item<bool>()));
    }

    [Fact]
    public void AfterStep_MomentumEncoder_FollowsAtItsRate()
    {
        using var scope = NewDisposeScope();
        using var method = new Byol(new ByolOptions { ProjectorHidden = 8 }, Tiny.Backbone());
        MomentumCheck.FollowsAt(method, 0.996, new TrainingProgress(1, 100, 0, 0));
        MomentumCheck.FollowsAt(method, 0.998, new TrainingProgress(51, 100, 0, 0));
        using var constant = new Byol(
            new ByolOptions { ProjectorHidden = 8, ScheduleTargetMomentum = false, TargetMomentum = 0.9 }, Tiny.Backbone());
        MomentumCheck.FollowsAt(constant, 0.9, new TrainingProgress(51, 100, 0, 0));
    }

    [Fact]
    public void Constructor_Heads_HaveAnOutputBiasInThePredictorAlone()
    {
        using SslMethod method = Tiny.Method("byol");
        string[] names = [.. method.state_dict().Keys];
        foreach (string head in (string[])["projector", "target.projector"])
        {
            Assert.Contains($"{head}.3.weight", names);
            Assert.DoesNotContain($"{head}.3.bias", names);
        }

        Assert.Contains("predictor.3.bias", names);
        Assert.DoesNotContain("target.predictor.3.weight", names);
    }

    [Fact]
    public void Validate_BadOptions_NamesThem()
    {
        using ResNet backbone = Tiny.Backbone();
        string Message(ByolOptions options) => Assert.Throws<InvalidOptionException>(() => new Byol(options, backbone)).Message;
        Assert.Contains("--target-momentum", Message(new ByolOptions { TargetMomentum = double.NaN }), StringComparison.Ordinal);
        Assert.Contains("--projector-hidden", Message(new ByolOptions { ProjectorHidden = 0 }), StringComparison.Ordinal);
        Assert.Contains("--projector-output", Message(new ByolOptions { ProjectorOutput = 0 }), StringComparison.Ordinal);
        Assert.Contains("--predictor-hidden", Message(new ByolOptions { PredictorHidden = 0 }), StringComparison.Ordinal);
    }

    private static double[,] First(Tensor stacked) => MomentumCheck.Rows(stacked.narrow(0, 0, stacked.shape[0] / 2));

    private static double[,] Second(Tensor stacked) => MomentumCheck.Rows(stacked.narrow(0, stacked.shape[0] / 2, stacked.shape[0] / 2));
}
