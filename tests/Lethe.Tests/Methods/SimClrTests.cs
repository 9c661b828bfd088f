using CsCheck;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Tests.Diagnostics;
using static TorchSharp.torch;

namespace Lethe.Tests.Methods;

[Collection(typeof(TorchCollection))]
public class SimClrTests
{
    [Fact]
    public void NtXent_AnyEmbeddings_IsTheSlowLossWithItsGradient() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 6], Gen.Int[1, 5], Gen.Double[0.07, 2]).Sample(
            (seed, images, dimension, temperature) =>
            {
                using var scope = NewDisposeScope();
                double[,] first = Reference.Gaussian(seed, images, dimension), second = Reference.Gaussian(seed + 1, images, dimension);
                Tensor a = tensor(first).requires_grad_(), b = tensor(second).requires_grad_();
                Tensor loss = SimClr.NtXent(a, b, temperature);
                Assert.Equal(SlowLoss.NtXent(first, second, temperature), loss.item<double>(), 1e-9);

                // In one dimension a cosine is ±1, with no gradient; rows near zero have one too steep for differences.
                if (dimension == 1 || Tiny.Value(cat([a, b]).norm(1).min()) < 0.1)
                    return;
                double[] expected = SlowLoss.Gradient((x, y) => SlowLoss.NtXent(x, y, temperature), first, second);
                double[] found = [.. Gradients.Of(loss, [a, b]).SelectMany(gradient => gradient.data<double>().ToArray())];
                for (int i = 0; i < found.Length; i++)
                    Assert.Equal(expected[i], found[i], 1e-6 * Math.Max(1, Math.Abs(expected[i])));
            },
            iter: 40, threads: 1);

    [Theory]
    [InlineData(2, 0.5)]
    [InlineData(5, 0.1)]
    public void NtXent_AllCollinear_IsTheLogarithmOfTheOtherRows(int images, double temperature)
    {
        using var scope = NewDisposeScope();
        Tensor rows = tensor([3.0, -1, 2]).expand(images, 3) * arange(1, images + 1, ScalarType.Float64).unsqueeze(1);
        Assert.Equal(Math.Log(2 * images - 1), SimClr.NtXent(rows, rows * 7, temperature).item<double>(), 1e-9);
    }

    /// <summary>
    /// The value and the rows are those of a test of optax (ntxent), which takes labels; with two rows a label, pairs express it.
    /// </summary>
    [Fact]
    public void NtXent_RowsOfAnotherLibrarysTest_HasItsValue()
    {
        double[,] rows = { { -1.954, 1.078 }, { 0.238, -0.5703 }, { 1.8745, -0.0195 }, { -0.6719, -1.921 } };
        Assert.Equal(14.01032, SlowLoss.NtXent(rows, [0, 0, 1, 1], 0.07), 1e-4);
        using var scope = NewDisposeScope();
        Tensor all = tensor(rows);
        Assert.Equal(
            14.01032,
            SimClr.NtXent(all[TensorIndex.Tensor(tensor([0L, 2]))], all[TensorIndex.Tensor(tensor([1L, 3]))], 0.07).item<double>(), 1e-4);
    }

    /// <summary>
    /// Orthogonal images, equal views: each of the 2N anchors has cosine 1 once and 0 otherwise, so the mean is over 2N and leaves out the
    /// anchor alone.
    /// </summary>
    [Fact]
    public void NtXent_OrthogonalImages_IsTheMeanOver2NAnchors()
    {
        using var scope = NewDisposeScope();
        Tensor rows = eye(4, dtype: ScalarType.Float64);
        double expected = Math.Log(Math.Exp(1 / 0.5) + 6) - 1 / 0.5;
        Assert.Equal(expected, SimClr.NtXent(rows, rows, 0.5).item<double>(), 1e-12);
        Assert.Equal(0.5, new SimClrOptions().Temperature);
    }

    [Fact]
    public void NtXent_ViewsSwappedOrImagesPermuted_IsTheSame()
    {
        using var scope = NewDisposeScope();
        Tensor first = Tiny.Gaussian(1, 6, 4), second = Tiny.Gaussian(2, 6, 4), order = tensor([3L, 1, 5, 0, 4, 2]);
        double loss = SimClr.NtXent(first, second, 0.5).item<double>();
        Assert.Equal(loss, SimClr.NtXent(second, first, 0.5).item<double>(), 1e-12);
        Assert.Equal(loss, SimClr.NtXent(first.index_select(0, order), second.index_select(0, order), 0.5).item<double>(), 1e-12);
        Assert.NotEqual(loss, SimClr.NtXent(first, second.index_select(0, order), 0.5).item<double>(), 1e-3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1e30)]
    public void NtXent_Collapsed_IsFiniteWithItsGradient(double value)
    {
        using var scope = NewDisposeScope();
        Tensor first = full(4, 3, value, dtype: ScalarType.Float32).requires_grad_(), second = full(4, 3, value, dtype: ScalarType.Float32);
        Tensor loss = SimClr.NtXent(first, second, 0.5);
        Assert.Equal(Math.Log(7), Tiny.Value(loss), 1e-5);
        Assert.True(Gradients.Of(loss, [first])[0].isfinite().all().item<bool>());
    }

    [Fact]
    public void NtXent_BadShapes_SaysWhatWasExpected()
    {
        using var scope = NewDisposeScope();
        string Message(Tensor first, Tensor second) => Assert.Throws<ArgumentException>(() => SimClr.NtXent(first, second, 0.5)).Message;
        Assert.Contains("found [4] and [4, 1]", Message(ones(4), ones(4, 1)), StringComparison.Ordinal);
        Assert.Contains("found [4, 1] and [4]", Message(ones(4, 1), ones(4)), StringComparison.Ordinal);
        Assert.Contains("[N, k]", Message(ones(4, 3), ones(5, 3)), StringComparison.Ordinal);
        Assert.Contains("Flatten", Message(ones(4, 3, 1), ones(4, 3, 1)), StringComparison.Ordinal);
        Assert.Contains("at least 1 images", Message(ones(0, 3), ones(0, 3)), StringComparison.Ordinal);
    }

    [Fact]
    public void Loss_OfViews_IsNtXentOfTheProjections()
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.DoubleMethod();
        method.eval();
        Tensor images = Tiny.Images(10, ScalarType.Float64);
        MethodLoss loss = method.Loss(Views.Pair(images), new TrainingProgress(0, 1, 0, 0));
        Tensor embeddings = method.Project(method.Backbone.forward(images));
        double expected = SlowLoss.NtXent(Rows(embeddings.narrow(0, 0, 5)), Rows(embeddings.narrow(0, 5, 5)), 0.5);
        Assert.Equal(expected, loss.Total.item<double>(), 1e-9);
        Assert.Equal(["ntXent"], loss.Terms.Select(term => term.Name));
        Assert.Equal([10, method.Backbone.FeatureDimension], loss.Features.shape);
        Assert.Null(loss.Commit);
    }

    [Fact]
    public void Validate_BadOptions_NamesThem()
    {
        using ResNet backbone = Tiny.Backbone();
        foreach (double temperature in (double[])[0, -1, double.NaN])
            Assert.Contains(
                "--temperature",
                Assert.Throws<InvalidOptionException>(() => new SimClr(new SimClrOptions { Temperature = temperature }, backbone)).Message,
                StringComparison.Ordinal);
        Assert.Contains(
            "--projector-output",
            Assert.Throws<InvalidOptionException>(() => new SimClr(new SimClrOptions { ProjectorOutput = 0 }, backbone)).Message,
            StringComparison.Ordinal);
    }

    private static double[,] Rows(Tensor matrix)
    {
        double[,] rows = new double[matrix.shape[0], matrix.shape[1]];
        Buffer.BlockCopy(matrix.detach().contiguous().data<double>().ToArray(), 0, rows, 0, rows.Length * sizeof(double));
        return rows;
    }
}
