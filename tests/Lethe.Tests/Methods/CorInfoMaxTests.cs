using CsCheck;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Tests.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Methods;

[Collection(typeof(TorchCollection))]
public class CorInfoMaxTests
{
    private static readonly TrainingProgress start = new(0, 100, 0, 1);

    [Fact]
    public void Terms_AnyEmbeddings_AreTheSlowOnesWithTheirGradient() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 6], Gen.Int[2, 4], Gen.Double[0, 0.5], Gen.Double[0.01, 0.5]).Sample(
            (seed, images, dimension, meanForgetting, covarianceForgetting) =>
            {
                using var scope = NewDisposeScope();
                double[,] first = Reference.Gaussian(seed, images, dimension), second = Reference.Gaussian(seed + 1, images, dimension);
                double[,] covariance = Reference.IdentityPlusGram(Reference.Gaussian(seed + 2, 3, dimension), 0.3);
                double[] mean = [.. Enumerable.Range(0, dimension).Select(j => 0.1 * j - 0.2)];
                const double Weight = 7, Epsilon = 1e-3;
                double Slow(double[,] x, double[,] y) => Weight * SlowCorInfoMax.Attraction(x, y) + SlowCorInfoMax.Repulsion(
                    SlowCorInfoMax.Moments(x, mean, covariance, meanForgetting, covarianceForgetting).Covariance,
                    SlowCorInfoMax.Moments(y, mean, covariance, meanForgetting, covarianceForgetting).Covariance,
                    Epsilon);

                Tensor a = tensor(first).requires_grad_(), b = tensor(second).requires_grad_();
                (Tensor newMean, Tensor newCovariance) = CorInfoMax.Moments(
                    a, tensor(mean), tensor(covariance), meanForgetting, covarianceForgetting);
                Tensor other = CorInfoMax.Moments(b, tensor(mean), tensor(covariance), meanForgetting, covarianceForgetting).Covariance;
                (double[] slowMean, double[,] slowCovariance) = SlowCorInfoMax.Moments(
                    first, mean, covariance, meanForgetting, covarianceForgetting);
                Assert.True((newMean - tensor(slowMean)).abs().max().item<double>() < 1e-12);
                Assert.True((newCovariance - tensor(slowCovariance)).abs().max().item<double>() < 1e-12);
                Tensor loss = Weight * CorInfoMax.Attraction(a, b) + CorInfoMax.Repulsion(newCovariance, other, Epsilon);
                Assert.Equal(Slow(first, second), loss.item<double>(), 1e-9);

                if (Tiny.Value(cat([a, b]).norm(1).min()) < 0.2)
                    return; // rows near zero have a gradient too steep for differences
                double[] expected = SlowLoss.Gradient(Slow, first, second);
                double[] found = [.. Gradients.Of(loss, [a, b]).SelectMany(gradient => gradient.data<double>().ToArray())];
                double largest = Math.Max(1, expected.Max(Math.Abs));
                for (int i = 0; i < found.Length; i++)
                    Assert.Equal(expected[i], found[i], 1e-5 * largest);
            },
            iter: 40, threads: 1);

    /// <summary>
    /// One row (3, 4)/5 with old μ = (1, 0), R = I: the new μ is centred with, λ weighs the old, the batch part is over N = 1.
    /// Rows not normalised, λ on the new, or centring with the old μ would all give other numbers.
    /// </summary>
    [Fact]
    public void Moments_OneRow_AreTheHandComputedNumbers()
    {
        using var scope = NewDisposeScope();
        (Tensor mean, Tensor covariance) = CorInfoMax.Moments(
            tensor(new double[,] { { 3, 4 } }), tensor([1.0, 0]), eye(2, dtype: ScalarType.Float64), 0.25, 0.1);
        Assert.Equal(0.25 + 0.75 * 0.6, mean[0].item<double>(), 1e-12);
        Assert.Equal(0.75 * 0.8, mean[1].item<double>(), 1e-12);
        double x = 0.6 - 0.7, y = 0.8 - 0.6;
        double[] expected = [0.1 + 0.9 * x * x, 0.9 * x * y, 0.9 * x * y, 0.1 + 0.9 * y * y];
        for (int i = 0; i < 4; i++)
            Assert.Equal(expected[i], covariance.flatten()[i].item<double>(), 1e-12);
    }

    [Fact]
    public void Terms_HandComputed_HaveTheConventionsOfTheOfficialCode()
    {
        using var scope = NewDisposeScope();
        Tensor rows = eye(2, dtype: ScalarType.Float64);
        Assert.Equal(1, CorInfoMax.Attraction(rows, rows.flip(0) * 3).item<double>(), 1e-12); // 4 entries of 1, over N·k = 4
        double expected = -(Math.Log(2 + 1e-6) + Math.Log(3 + 1e-6)) / 2 - Math.Log(1 + 1e-6);
        Assert.Equal(expected, CorInfoMax.Repulsion(tensor(new double[,] { { 2, 0 }, { 0, 3 } }), rows, 1e-6).item<double>(), 1e-12);
        var options = new CorInfoMaxOptions();
        Assert.Equal(
            (500, 0.01, 0.01, 1e-6),
            (options.AttractionWeight, options.MeanForgetting, options.CovarianceForgetting, options.LogDetEpsilon));
    }

    [Fact]
    public void Terms_ViewsSwappedOrImagesPermuted_AreTheSame()
    {
        using var scope = NewDisposeScope();
        Tensor first = Tiny.Gaussian(1, 6, 4), second = Tiny.Gaussian(2, 6, 4), order = tensor([3L, 1, 5, 0, 4, 2]);
        double loss = Fresh(first, second);
        Assert.Equal(loss, Fresh(second, first), 1e-9);
        Assert.Equal(loss, Fresh(first.index_select(0, order), second.index_select(0, order)), 1e-9);
        Assert.NotEqual(loss, Fresh(first, second.index_select(0, order)), 1e-3);
    }

    /// <summary>Rows of zeros leave only the old moments: R = λI, so the loss is −2 log(λ + ε).</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Terms_Collapsed_AreFiniteWithTheirGradient(double value)
    {
        using var scope = NewDisposeScope();
        Tensor first = full(4, 3, value, dtype: ScalarType.Float32).requires_grad_(), second = full(4, 3, value, dtype: ScalarType.Float32);
        Tensor covariance = CorInfoMax.Moments(first, zeros(3), eye(3), 0.01, 0.01).Covariance;
        Tensor loss = CorInfoMax.Attraction(first, second) + CorInfoMax.Repulsion(covariance, covariance, 1e-6);
        if (value == 0)
            Assert.Equal(-2 * Math.Log(0.01 + 1e-6), Tiny.Value(loss), 1e-6);
        Assert.True(double.IsFinite(Tiny.Value(loss)));
        Assert.True(Gradients.Of(loss, [first])[0].isfinite().all().item<bool>());

        Tensor nothing = CorInfoMax.Moments(first, zeros(3), zeros(3, 3), 0, 0.01).Covariance;
        loss = CorInfoMax.Repulsion(nothing, nothing, 1e-6);
        Assert.Equal(-2 * Math.Log(1e-6), Tiny.Value(loss), 1e-3);
        Assert.True(Gradients.Of(loss, [first])[0].isfinite().all().item<bool>());
    }

    [Fact]
    public void Loss_OfViews_WeighsTheAttractionAndMovesTheMomentsOnlyWhenCommitted()
    {
        using var scope = NewDisposeScope();
        ResNet backbone = Tiny.Backbone();
        using var method = new CorInfoMax(new CorInfoMaxOptions { AttractionWeight = 3, MeanForgetting = 0.2, CovarianceForgetting = 0.3, LogDetEpsilon = 1e-3, ProjectorHidden = 8, ProjectorOutput = 4 }, backbone);
        method.to(ScalarType.Float64);
        method.eval();
        double[] means = new double[4];
        double[,] covariances = SlowMec.IdentityPlus(new double[4, 4]);
        (double[] Mean, double[,] Covariance) one = (means, covariances), two = one;
        for (ulong step = 0; step < 3; step++)
        {
            Views views = Views.Pair(Tiny.Images(10, ScalarType.Float64, step));
            method.Loss(Views.Pair(Tiny.Images(10, ScalarType.Float64, 99)), start); // not committed
            MethodLoss loss = method.Loss(views, start);
            double[,] first = Rows(loss.Embeddings.narrow(0, 0, 5)), second = Rows(loss.Embeddings.narrow(0, 5, 5));
            one = SlowCorInfoMax.Moments(first, one.Mean, one.Covariance, 0.2, 0.3);
            two = SlowCorInfoMax.Moments(second, two.Mean, two.Covariance, 0.2, 0.3);
            double attraction = 3 * SlowCorInfoMax.Attraction(first, second),
                repulsion = SlowCorInfoMax.Repulsion(one.Covariance, two.Covariance, 1e-3);
            Assert.Equal(["attraction", "logDeterminant"], loss.Terms.Select(term => term.Name));
            Assert.Equal(attraction, loss.Terms[0].Value.item<double>(), 1e-9);
            Assert.Equal(repulsion, loss.Terms[1].Value.item<double>(), 1e-9);
            Assert.Equal(attraction + repulsion, loss.Total.item<double>(), 1e-9);
            loss.Commit!();
            method.AfterStep(start);
            Assert.True((method.get_buffer("firstMean")! - tensor(one.Mean)).abs().max().item<double>() < 1e-12);
            Assert.True((method.get_buffer("secondCovariance")! - tensor(two.Covariance)).abs().max().item<double>() < 1e-12);
            Assert.False(method.get_buffer("secondCovariance")!.requires_grad);
        }

        Assert.Superset(
            new HashSet<string> { "firstMean", "firstCovariance", "secondMean", "secondCovariance" }, method.state_dict().Keys.ToHashSet());
    }

    [Fact]
    public void Loss_SinglePrecision_HasDoubleMoments()
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method("corinfomax");
        MethodLoss loss = method.Loss(Views.Pair(Tiny.Images(8)), start);
        Assert.Equal(ScalarType.Float32, loss.Total.dtype);
        Assert.All(loss.Terms, term => Assert.Equal(ScalarType.Float32, term.Value.dtype));
        Assert.Equal(ScalarType.Float64, method.get_buffer("firstCovariance")!.dtype);
    }

    /// <summary>
    /// The measurement behind double moments: the gradient of log det(R + εI) in float32 against float64, after five batches.
    /// </summary>
    [Theory]
    [InlineData(0, 1e-4, 1e-3)]
    [InlineData(-4, 1e-3, 1e-1)]
    public void Moments_InSinglePrecision_WouldMissTheGradient(double decades, double atLeast, double atMost)
    {
        using var scope = NewDisposeScope();
        const int Images = 128, Dimension = 64;
        Tensor map = (Tiny.Gaussian(1, Dimension, Dimension) * logspace(0, decades, Dimension, dtype: ScalarType.Float64)).t();
        (Tensor mean, Tensor covariance) = (zeros(Dimension, dtype: ScalarType.Float64), eye(Dimension, dtype: ScalarType.Float64));
        for (ulong step = 0; step < 5; step++)
            (mean, covariance) = CorInfoMax.Moments(Tiny.Gaussian(10 + step, Images, Dimension).mm(map), mean, covariance, 0.01, 0.01);
        Tensor z = nn.functional.normalize(Tiny.Gaussian(9, Images, Dimension).mm(map)).to(ScalarType.Float32);
        Tensor Gradient(ScalarType type)
        {
            Tensor rows = z.to(type).requires_grad_();
            Tensor centred = rows - (0.01 * mean.to(type) + 0.99 * rows.mean([0]));
            Tensor next = 0.01 * covariance.to(type) + 0.99 / Images * centred.t().mm(centred);
            return Gradients.Of(
                LogDeterminant.OfPositiveDefinite(next + 1e-6 * eye(Dimension, dtype: type)), [rows])[0].to(ScalarType.Float64);
        }

        Assert.InRange(Tiny.RelativeError([Gradient(ScalarType.Float32)], [Gradient(ScalarType.Float64)]), atLeast, atMost);
    }

    [Fact]
    public void Terms_BadShapes_SaysWhatWasExpected()
    {
        using var scope = NewDisposeScope();
        string Attraction(Tensor first, Tensor second) =>
            Assert.Throws<ArgumentException>(() => CorInfoMax.Attraction(first, second)).Message;
        Assert.Contains("found [4] and [4, 1]", Attraction(ones(4), ones(4, 1)), StringComparison.Ordinal);
        Assert.Contains("found [4, 3] and [4, 1]", Attraction(ones(4, 3), ones(4, 1)), StringComparison.Ordinal);
        string Moments(Tensor z, Tensor mean, Tensor covariance) =>
            Assert.Throws<ArgumentException>(() => CorInfoMax.Moments(z, mean, covariance, 0, 0)).Message;
        Assert.Contains("found [4, 3], [1] and [3, 3]", Moments(ones(4, 3), ones(1), eye(3)), StringComparison.Ordinal);
        Assert.Contains("found [4, 3], [3] and [3]", Moments(ones(4, 3), ones(3), ones(3)), StringComparison.Ordinal);
        Assert.Contains("[N, k]", Moments(ones(3), ones(3), eye(3)), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => CorInfoMax.Repulsion(ones(2, 3), ones(2, 3), 1));
    }

    [Fact]
    public void Validate_BadOptions_NamesThem()
    {
        using ResNet backbone = Tiny.Backbone();
        string Message(CorInfoMaxOptions options) => Assert.Throws<InvalidOptionException>(() => new CorInfoMax(options, backbone)).Message;
        Assert.Contains("--attraction-weight", Message(new CorInfoMaxOptions { AttractionWeight = -1 }), StringComparison.Ordinal);
        Assert.Contains("--covariance-forgetting", Message(new CorInfoMaxOptions { CovarianceForgetting = 1.5 }), StringComparison.Ordinal);
        Assert.Contains("--mean-forgetting", Message(new CorInfoMaxOptions { MeanForgetting = double.NaN }), StringComparison.Ordinal);
        Assert.Contains("--log-det-epsilon", Message(new CorInfoMaxOptions { LogDetEpsilon = 0 }), StringComparison.Ordinal);
        Assert.Contains("--projector-output", Message(new CorInfoMaxOptions { ProjectorOutput = -1 }), StringComparison.Ordinal);
    }

    private static double Fresh(Tensor first, Tensor second)
    {
        long k = first.shape[1];
        Tensor Covariance(Tensor z) => CorInfoMax.Moments(z, zeros(k), eye(k), 0.01, 0.01).Covariance;
        return (CorInfoMax.Attraction(first, second) + CorInfoMax.Repulsion(Covariance(first), Covariance(second), 1e-6)).item<double>();
    }

    private static double[,] Rows(Tensor matrix)
    {
        double[,] rows = new double[matrix.shape[0], matrix.shape[1]];
        Buffer.BlockCopy(matrix.detach().contiguous().data<double>().ToArray(), 0, rows, 0, rows.Length * sizeof(double));
        return rows;
    }
}
