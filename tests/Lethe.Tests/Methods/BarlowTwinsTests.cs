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
public class BarlowTwinsTests
{
    [Fact]
    public void Terms_AnyEmbeddings_AreTheSlowOnesWithTheirGradient() =>
        Gen.Select(Gen.ULong, Gen.Int[2, 6], Gen.Int[1, 5], Gen.Double[0.1, 3]).Sample(
            (seed, images, dimension, weight) =>
            {
                using var scope = NewDisposeScope();
                double[,] first = Reference.Gaussian(seed, images, dimension), second = Reference.Gaussian(seed + 1, images, dimension);
                Tensor a = tensor(first).requires_grad_(), b = tensor(second).requires_grad_();
                (Tensor invariance, Tensor redundancy) = BarlowTwins.Terms(a, b);
                (double Invariance, double Redundancy) slow = SlowBarlowTwins.Terms(first, second);
                Assert.Equal(slow.Invariance, invariance.item<double>(), 1e-9);
                Assert.Equal(slow.Redundancy, redundancy.item<double>(), 1e-9);

                // A feature that hardly varies has a gradient too steep for differences.
                if (Tiny.Value(cat([a.var(0, unbiased: false), b.var(0, unbiased: false)]).min()) < 0.05)
                    return;
                double Weighted(double[,] x, double[,] y) =>
                    SlowBarlowTwins.Terms(x, y).Invariance + weight * SlowBarlowTwins.Terms(x, y).Redundancy;
                double[] expected = SlowLoss.Gradient(Weighted, first, second);
                double[] found =
                    [.. Gradients.Of(invariance + weight * redundancy, [a, b]).SelectMany(gradient => gradient.data<double>().ToArray())];
                for (int i = 0; i < found.Length; i++)
                    Assert.Equal(expected[i], found[i], 1e-6 * Math.Max(1, Math.Abs(expected[i])));
            },
            iter: 40, threads: 1);

    /// <summary>
    /// Columns ±1 and ±2 of two images, variance 1 and 4 over N = 2: C_jl = a_j·b_l, where a² = 1/(1 + 1e-5) and 4/(4 + 1e-5).
    /// Over N − 1 the diagonal would be near ½; with an outer scale the sum would not be 2·(1e-5)² and 2.
    /// </summary>
    [Fact]
    public void Terms_TwoImages_AreTheHandComputedNumbers()
    {
        using var scope = NewDisposeScope();
        Tensor rows = tensor(new double[,] { { 1, 2 }, { -1, -2 } });
        (Tensor invariance, Tensor redundancy) = BarlowTwins.Terms(rows, rows);
        double one = 1 / (1 + 1e-5), two = 4 / (4 + 1e-5);
        Assert.Equal((1 - one) * (1 - one) + (1 - two) * (1 - two), invariance.item<double>(), 1e-15);
        Assert.Equal(2 * one * two, redundancy.item<double>(), 1e-12);
        Assert.Equal(5e-3, new BarlowTwinsOptions().RedundancyWeight);

        (invariance, redundancy) = BarlowTwins.Terms(rows, -rows);
        Assert.Equal((1 + one) * (1 + one) + (1 + two) * (1 + two), invariance.item<double>(), 1e-12);
        Assert.Equal(2 * one * two, redundancy.item<double>(), 1e-12);
    }

    /// <summary>Positive scales and shifts of any feature change nothing but the share of the 1e-5.</summary>
    [Fact]
    public void Terms_FeaturesScaledAndShifted_AreTheSame()
    {
        using var scope = NewDisposeScope();
        Tensor z = Tiny.Gaussian(1, 8, 3), other = Tiny.Gaussian(2, 8, 3);
        Assert.Equal(Total(z, z), Total(z, 2 * z + 4), 1e-4);
        Assert.Equal(Total(z, other), Total(z * tensor([3.0, 1, 0.5]) - 7, other), 1e-4);
        Assert.NotEqual(Total(z, other), Total(-z, other), 1e-2);
    }

    [Fact]
    public void Terms_ViewsSwappedOrImagesPermuted_AreTheSame()
    {
        using var scope = NewDisposeScope();
        Tensor first = Tiny.Gaussian(1, 6, 4), second = Tiny.Gaussian(2, 6, 4), order = tensor([3L, 1, 5, 0, 4, 2]);
        Assert.Equal(Total(first, second), Total(second, first), 1e-12);
        Assert.Equal(Total(first, second), Total(first.index_select(0, order), second.index_select(0, order)), 1e-12);
        Assert.NotEqual(Total(first, second), Total(first, second.index_select(0, order)), 1e-3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Terms_Collapsed_AreOneAFeatureWithAFiniteGradient(double value)
    {
        using var scope = NewDisposeScope();
        Tensor first = full(4, 3, value, dtype: ScalarType.Float32).requires_grad_(), second = full(4, 3, value, dtype: ScalarType.Float32);
        (Tensor invariance, Tensor redundancy) = BarlowTwins.Terms(first, second);
        Assert.Equal(3, Tiny.Value(invariance), 1e-5);
        Assert.Equal(0, Tiny.Value(redundancy), 1e-5);
        Assert.True(Gradients.Of(invariance + redundancy, [first])[0].isfinite().all().item<bool>());
    }

    [Fact]
    public void Terms_BadShapes_SaysWhatWasExpected()
    {
        using var scope = NewDisposeScope();
        string Message(Tensor first, Tensor second) => Assert.Throws<ArgumentException>(() => BarlowTwins.Terms(first, second)).Message;
        Assert.Contains("found [4] and [4, 1]", Message(ones(4), ones(4, 1)), StringComparison.Ordinal);
        Assert.Contains("found [4, 3] and [4, 1]", Message(ones(4, 3), ones(4, 1)), StringComparison.Ordinal);
        Assert.Contains("at least 2 images in a batch, found 1", Message(ones(1, 3), ones(1, 3)), StringComparison.Ordinal);
    }

    [Fact]
    public void Loss_Weight_MultipliesTheRedundancyThatIsReported()
    {
        using var scope = NewDisposeScope();
        ResNet backbone = Tiny.Backbone();
        using var method = new BarlowTwins(
            new BarlowTwinsOptions { RedundancyWeight = 3, ProjectorHidden = 8, ProjectorOutput = 4 }, backbone);
        method.to(ScalarType.Float64);
        method.eval();
        Tensor images = Tiny.Images(8, ScalarType.Float64);
        MethodLoss loss = method.Loss(Views.Pair(images), new TrainingProgress(0, 1, 0, 0));
        Tensor embeddings = method.Project(backbone.forward(images));
        (Tensor invariance, Tensor redundancy) = BarlowTwins.Terms(embeddings.narrow(0, 0, 4), embeddings.narrow(0, 4, 4));
        Assert.Equal(["invariance", "redundancy"], loss.Terms.Select(term => term.Name));
        Assert.Equal(invariance.item<double>(), loss.Terms[0].Value.item<double>(), 1e-12);
        Assert.Equal(3 * redundancy.item<double>(), loss.Terms[1].Value.item<double>(), 1e-12);
        Assert.Equal((invariance + 3 * redundancy).item<double>(), loss.Total.item<double>(), 1e-12);
    }

    [Fact]
    public void Validate_BadOptions_NamesThem()
    {
        using ResNet backbone = Tiny.Backbone();
        string Message(BarlowTwinsOptions options) =>
            Assert.Throws<InvalidOptionException>(() => new BarlowTwins(options, backbone)).Message;
        Assert.Contains("--redundancy-weight", Message(new BarlowTwinsOptions { RedundancyWeight = double.NaN }), StringComparison.Ordinal);
        Assert.Contains("--projector-hidden", Message(new BarlowTwinsOptions { ProjectorHidden = 0 }), StringComparison.Ordinal);
    }

    private static double Total(Tensor first, Tensor second)
    {
        (Tensor invariance, Tensor redundancy) = BarlowTwins.Terms(first, second);
        return (invariance + redundancy).item<double>();
    }
}
