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
public class VicRegTests
{
    [Fact]
    public void Terms_AnyEmbeddings_AreTheSlowOnesWithTheirGradient() =>
        Gen.Select(Gen.ULong, Gen.Int[2, 6], Gen.Int[1, 5], Gen.Double[0.3, 2]).Sample(
            (seed, images, dimension, scale) =>
            {
                using var scope = NewDisposeScope();
                double[,] first = Reference.Gaussian(seed, images, dimension), second = Reference.Gaussian(seed + 1, images, dimension);
                for (int i = 0; i < images; i++)
                {
                    for (int j = 0; j < dimension; j++)
                        first[i, j] *= scale; // on both sides of the hinge
                }

                Tensor a = tensor(first).requires_grad_(), b = tensor(second).requires_grad_();
                (Tensor invariance, Tensor variance, Tensor covariance) = VicReg.Terms(a, b);
                (double Invariance, double Variance, double Covariance) slow = SlowLoss.VicReg(first, second);
                Assert.Equal(slow.Invariance, invariance.item<double>(), 1e-9);
                Assert.Equal(slow.Variance, variance.item<double>(), 1e-9);
                Assert.Equal(slow.Covariance, covariance.item<double>(), 1e-9);

                double[] expected = SlowLoss.Gradient((x, y) => Weighted(SlowLoss.VicReg(x, y)), first, second);
                double[] found =
                    [
                        .. Gradients.Of(25 * invariance + 25 * variance + covariance, [a, b]).SelectMany(
                            gradient => gradient.data<double>().ToArray()),
                    ];
                for (int i = 0; i < found.Length; i++)
                    Assert.Equal(expected[i], found[i], 1e-5 * Math.Max(1, Math.Abs(expected[i])));
            },
            iter: 40, threads: 1);

    /// <summary>
    /// All rows equal: only the hinge is left, 25·(1 − √1e-4) = 24.75, whichever row, so the halves of the two views add to one.
    /// </summary>
    [Theory]
    [InlineData(2, 1)]
    [InlineData(5, 8)]
    public void Terms_AllRowsEqual_LeaveTheHingeAlone(int images, int dimension)
    {
        using var scope = NewDisposeScope();
        Tensor rows = Tiny.Gaussian(1, 1, dimension).expand(images, dimension);
        (Tensor invariance, Tensor variance, Tensor covariance) = VicReg.Terms(rows, rows);
        Assert.Equal(24.75, 25 * invariance.item<double>() + 25 * variance.item<double>() + covariance.item<double>(), 1e-9);
    }

    /// <summary>
    /// Two images, columns ±a and ±2a: Var = 2a² and Cov = 4a² over N − 1 = 1, halves and means as the official code has them.
    /// </summary>
    [Fact]
    public void Terms_TwoImages_AreTheHandComputedNumbers()
    {
        using var scope = NewDisposeScope();
        const double A = 0.1;
        Tensor first = tensor(new double[,] { { A, 2 * A }, { -A, -2 * A } }), second = first + 0.5;
        (Tensor invariance, Tensor variance, Tensor covariance) = VicReg.Terms(first, second);
        Assert.Equal(0.25, invariance.item<double>(), 1e-12); // the mean over N·k, not the sum over k
        double hinge = (1 - Math.Sqrt(2 * A * A + 1e-4) + 1 - Math.Sqrt(8 * A * A + 1e-4)) / 2;
        Assert.Equal(hinge, variance.item<double>(), 1e-12); // ½ the sum of two equal views
        Assert.Equal(2 * (2 * 16 * A * A * A * A) / 2, covariance.item<double>(), 1e-12); // both views, two entries of (4a²)², over k = 2
    }

    [Fact]
    public void Terms_ViewsSwappedOrImagesPermuted_AreTheSame()
    {
        using var scope = NewDisposeScope();
        Tensor first = Tiny.Gaussian(1, 6, 4) / 2, second = Tiny.Gaussian(2, 6, 4) / 2, order = tensor([3L, 1, 5, 0, 4, 2]);
        double[] terms = Numbers(VicReg.Terms(first, second));
        Assert.All(terms, term => Assert.True(term > 0.01));
        double[] swapped = Numbers(VicReg.Terms(second, first)),
            permuted = Numbers(VicReg.Terms(first.index_select(0, order), second.index_select(0, order)));
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(terms[i], swapped[i], 1e-12);
            Assert.Equal(terms[i], permuted[i], 1e-12);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Terms_Collapsed_AreFiniteWithTheirGradient(double value)
    {
        using var scope = NewDisposeScope();
        Tensor first = full(4, 3, value, dtype: ScalarType.Float32).requires_grad_(), second = full(4, 3, value, dtype: ScalarType.Float32);
        (Tensor invariance, Tensor variance, Tensor covariance) = VicReg.Terms(first, second);
        Tensor loss = invariance + variance + covariance;
        Assert.Equal(0.99, Tiny.Value(loss), 1e-5);
        Assert.True(Gradients.Of(loss, [first])[0].isfinite().all().item<bool>());
    }

    [Fact]
    public void Terms_BadShapes_SaysWhatWasExpected()
    {
        using var scope = NewDisposeScope();
        string Message(Tensor first, Tensor second) => Assert.Throws<ArgumentException>(() => VicReg.Terms(first, second)).Message;
        Assert.Contains("found [4] and [4, 1]", Message(ones(4), ones(4, 1)), StringComparison.Ordinal);
        Assert.Contains("found [4, 1] and [4]", Message(ones(4, 1), ones(4)), StringComparison.Ordinal);
        Assert.Contains("found [4, 3] and [4, 1]", Message(ones(4, 3), ones(4, 1)), StringComparison.Ordinal);
        Assert.Contains("at least 2 images in a batch, found 1", Message(ones(1, 3), ones(1, 3)), StringComparison.Ordinal);
    }

    [Fact]
    public void Loss_Weights_MultiplyTheTermsThatAreReported()
    {
        using var scope = NewDisposeScope();
        ResNet backbone = Tiny.Backbone();
        using var method = new VicReg(
            new VicRegOptions { InvarianceWeight = 2, VarianceWeight = 3, CovarianceWeight = 5, ProjectorHidden = 8, ProjectorOutput = 4 },
            backbone);
        method.to(ScalarType.Float64);
        method.eval();
        Tensor images = Tiny.Images(8, ScalarType.Float64);
        MethodLoss loss = method.Loss(Views.Pair(images), new TrainingProgress(0, 1, 0, 0));
        Tensor embeddings = method.Project(backbone.forward(images));
        double[] terms = Numbers(VicReg.Terms(embeddings.narrow(0, 0, 4), embeddings.narrow(0, 4, 4)));
        Assert.Equal(["invariance", "variance", "covariance"], loss.Terms.Select(term => term.Name));
        double[] weighted = [2 * terms[0], 3 * terms[1], 5 * terms[2]];
        for (int i = 0; i < 3; i++)
            Assert.Equal(weighted[i], loss.Terms[i].Value.item<double>(), 1e-12);
        Assert.Equal(weighted.Sum(), loss.Total.item<double>(), 1e-12);
        Assert.Equal(
            (25, 25, 1), (new VicRegOptions().InvarianceWeight, new VicRegOptions().VarianceWeight, new VicRegOptions().CovarianceWeight));
    }

    [Fact]
    public void Validate_BadOptions_NamesThem()
    {
        using ResNet backbone = Tiny.Backbone();
        Assert.Contains(
            "--variance-weight",
            Assert.Throws<InvalidOptionException>(() => new VicReg(new VicRegOptions { VarianceWeight = double.NaN }, backbone)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "--projector-hidden",
            Assert.Throws<InvalidOptionException>(() => new VicReg(new VicRegOptions { ProjectorHidden = 0 }, backbone)).Message,
            StringComparison.Ordinal);
    }

    private static double Weighted((double Invariance, double Variance, double Covariance) terms) =>
        25 * terms.Invariance + 25 * terms.Variance + terms.Covariance;

    private static double[] Numbers((Tensor Invariance, Tensor Variance, Tensor Covariance) terms) =>
        [terms.Invariance.item<double>(), terms.Variance.item<double>(), terms.Covariance.item<double>()];
}
