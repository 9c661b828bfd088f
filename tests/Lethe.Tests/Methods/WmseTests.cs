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
public class WmseTests
{
    [Fact]
    public void WhitenedDistance_AnyEmbeddings_IsTheSlowOneWithItsGradient() =>
        Gen.Select(Gen.ULong, Gen.Int[1, 3], Gen.Int[2, 4], Gen.Double[0, 0.5]).Sample(
            (seed, dimension, rows, epsilon) =>
            {
                using var scope = NewDisposeScope();
                int size = dimension + rows, images = 2 * size; // well beyond the rank, or the gradient is too steep
                double[,] first = Reference.Gaussian(seed, images, dimension), second = Reference.Gaussian(seed + 1, images, dimension);
                int[] order = new RandomStream(seed).Permutation(images);
                int[][] groups = [order[..size], order[size..]];
                Tensor a = tensor(first).requires_grad_(), b = tensor(second).requires_grad_();
                Tensor loss = Wmse.WhitenedDistance(a, b, size, epsilon, order);
                Assert.Equal(SlowWmse.Distance(first, second, epsilon, groups), loss.item<double>(), 1e-9);

                if (dimension == 1)
                    return; // a cosine is ±1, with no gradient
                double[] expected = SlowLoss.Gradient((x, y) => SlowWmse.Distance(x, y, epsilon, groups), first, second);
                double[] found = [.. Gradients.Of(loss, [a, b]).SelectMany(gradient => gradient.data<double>().ToArray())];
                double largest = Math.Max(1, expected.Max(Math.Abs));
                for (int i = 0; i < found.Length; i++)
                    Assert.Equal(expected[i], found[i], 1e-5 * largest);
            },
            iter: 40, threads: 1);

    /// <summary>
    /// One column, whitened to ±1 signs about the sub-batch's mean: 2 − 2·(share of equal signs − share of opposite ones).
    /// </summary>
    [Fact]
    public void WhitenedDistance_OneColumn_CountsSigns()
    {
        using var scope = NewDisposeScope();
        Tensor first = tensor(new double[,] { { 1 }, { 2 }, { 11 }, { 14 } }),
            second = tensor(new double[,] { { 1 }, { 4 }, { 9 }, { 7 } });
        // about 7 and 5.25: − − + + in both
        Assert.Equal(0, Wmse.WhitenedDistance(first, second, 4, 0, [0, 1, 2, 3]).item<double>(), 1e-12);
        Assert.Equal(2, Wmse.WhitenedDistance(first, second, 2, 0, [0, 1, 2, 3]).item<double>(), 1e-12); // {0, 1} agree, {2, 3} do not
        Assert.Equal(0, Wmse.WhitenedDistance(first, second, 2, 0, [3, 0, 2, 1]).item<double>(), 1e-12);
        Assert.Equal(4, Wmse.WhitenedDistance(first, -first, 4, 0, [0, 1, 2, 3]).item<double>(), 1e-12);
    }

    [Fact]
    public void WhitenedDistance_LeftOverRows_JoinTheSubBatches()
    {
        using var scope = NewDisposeScope();
        double[,] first = Reference.Gaussian(1, 11, 2), second = Reference.Gaussian(2, 11, 2);
        int[] order = new RandomStream(3).Permutation(11);
        double expected = SlowWmse.Distance(first, second, 0, [order[..4], order[4..8], order[8..]]);
        Assert.Equal(expected, Wmse.WhitenedDistance(tensor(first), tensor(second), 3, 0, order).item<double>(), 1e-9);
    }

    [Fact]
    public void WhitenedDistance_ViewsSwappedOrSubBatchesPermuted_IsTheSame()
    {
        using var scope = NewDisposeScope();
        Tensor first = Tiny.Gaussian(1, 8, 2), second = Tiny.Gaussian(2, 8, 2);
        double Distance(Tensor a, Tensor b, params int[] order) => Wmse.WhitenedDistance(a, b, 4, 0, order).item<double>();
        double loss = Distance(first, second, 0, 1, 2, 3, 4, 5, 6, 7);
        Assert.Equal(loss, Distance(second, first, 0, 1, 2, 3, 4, 5, 6, 7), 1e-9);
        Assert.Equal(loss, Distance(first, second, 6, 4, 5, 7, 3, 2, 0, 1), 1e-9);
        Assert.NotEqual(loss, Distance(first, second, 0, 4, 2, 3, 1, 5, 6, 7), 1e-3);
    }

    [Fact]
    public void WhitenedDistance_ColumnsScaledShiftedAndMixedDownwards_IsTheSame()
    {
        using var scope = NewDisposeScope();
        Tensor first = Tiny.Gaussian(1, 8, 3), second = Tiny.Gaussian(2, 8, 3),
            lower = tensor(new double[,] { { 2, 0, 0 }, { -1, 0.5, 0 }, { 3, 1, 7 } });
        int[] order = [0, 1, 2, 3, 4, 5, 6, 7];
        double loss = Wmse.WhitenedDistance(first, second, 8, 0, order).item<double>();
        Assert.Equal(loss, Wmse.WhitenedDistance(first.mm(lower.t()) + 5, second * 3, 8, 0, order).item<double>(), 1e-9);
        Assert.Equal(0, Wmse.WhitenedDistance(first, first.mm(lower.t()) + 5, 8, 0, order).item<double>(), 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void WhitenedDistance_Collapsed_IsFiniteWithEpsilonAndAnErrorWithout(double value)
    {
        using var scope = NewDisposeScope();
        Tensor first = full(4, 3, value, dtype: ScalarType.Float32).requires_grad_(), second = full(4, 3, value, dtype: ScalarType.Float32);
        Tensor loss = Wmse.WhitenedDistance(first, second, 4, 0.01, [0, 1, 2, 3]);
        Assert.Equal(2, Tiny.Value(loss), 1e-5);
        Assert.True(Gradients.Of(loss, [first])[0].isfinite().all().item<bool>());
        Assert.Contains(
            "sub-batch 1 of 1, first view",
            Assert.Throws<TrainingException>(() => Wmse.WhitenedDistance(first, second, 4, 0, [0, 1, 2, 3])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void WhitenedDistance_OneSubBatchWithoutRank_IsNamed()
    {
        using var scope = NewDisposeScope();
        Tensor first = Tiny.Gaussian(1, 12, 2), second = Tiny.Gaussian(2, 12, 2);
        foreach (int row in (int[])[4, 5, 6, 7])
            second[row, 1] = second[row, 0];
        string message = Assert.Throws<TrainingException>(
            () => Wmse.WhitenedDistance(first, second, 4, 0, [.. Enumerable.Range(0, 12)])).Message;
        Assert.Contains("sub-batch 2 of 3, second view", message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhitenedDistance_BadShapes_SaysWhatWasExpected()
    {
        using var scope = NewDisposeScope();
        string Message<T>(Tensor first, Tensor second, params int[] order)
            where T : Exception => Assert.Throws<T>(() => Wmse.WhitenedDistance(first, second, 4, 0, order)).Message;
        Assert.Contains("found [4] and [4, 1]", Message<ArgumentException>(ones(4), ones(4, 1)), StringComparison.Ordinal);
        Assert.Contains("found [4, 3] and [4, 1]", Message<ArgumentException>(ones(4, 3), ones(4, 1)), StringComparison.Ordinal);
        string small = Message<InvalidOptionException>(ones(3, 2), ones(3, 2), 0, 1, 2);
        Assert.Contains("--whitening-batch 4", small, StringComparison.Ordinal);
        Assert.Contains("--batch-size", small, StringComparison.Ordinal);
        foreach (int[] order in (int[][])[[0, 1, 2], [0, 1, 2, 2], [1, 2, 3, 4], [0, 1, 2, 3, 4]])
            Assert.Contains("0 to 3", Message<ArgumentException>(ones(4, 2), ones(4, 2), order), StringComparison.Ordinal);
    }

    [Fact]
    public void Loss_Rounds_AreTheMeanOverPermutationsOfTheStepsSeed()
    {
        using var scope = NewDisposeScope();
        ResNet backbone = Tiny.Backbone();
        using var method = new Wmse(
            new WmseOptions { WhiteningRounds = 3, WhiteningBatch = 4, ProjectorHidden = 8, ProjectorOutput = 2 }, backbone);
        method.to(ScalarType.Float64);
        method.eval();
        Tensor images = Tiny.Images(16, ScalarType.Float64);
        MethodLoss loss = method.Loss(Views.Pair(images), new TrainingProgress(0, 1, 0, 7));
        Tensor embeddings = method.Project(backbone.forward(images));
        var random = new RandomStream(7);
        double expected = 0;
        for (int round = 0; round < 3; round++)
            expected += Wmse.WhitenedDistance(embeddings.narrow(0, 0, 8), embeddings.narrow(0, 8, 8), 4, 0, random.Permutation(8))
                .item<double>() / 3;
        Assert.Equal(expected, loss.Total.item<double>(), 1e-12);
        Assert.Equal(["whitenedDistance"], loss.Terms.Select(term => term.Name));
        Assert.NotEqual(expected, method.Loss(Views.Pair(images), new TrainingProgress(0, 1, 0, 8)).Total.item<double>(), 1e-6);
        WmseOptions usual = new WmseOptions().Filled(TrainingSize.Usual);
        Assert.Equal((128, 0, 1, 64), (usual.WhiteningBatch, usual.WhiteningEpsilon, usual.WhiteningRounds, usual.ProjectorOutput));
    }

    [Fact]
    public void Loss_BatchSmallerThanASubBatch_SaysWhatToChange()
    {
        using var scope = NewDisposeScope();
        using var method = new Wmse(new WmseOptions { WhiteningBatch = 5, ProjectorOutput = 2 }, Tiny.Backbone());
        Assert.Contains(
            "raise --batch-size",
            Assert.Throws<InvalidOptionException>(() => method.Loss(Views.Pair(Tiny.Images(8)), new TrainingProgress(0, 1, 0, 0))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_BadOptions_NamesThem()
    {
        using ResNet backbone = Tiny.Backbone();
        string Message(WmseOptions options) => Assert.Throws<InvalidOptionException>(() => new Wmse(options, backbone)).Message;
        Assert.Contains("--whitening-batch", Message(new WmseOptions { WhiteningBatch = 64, ProjectorOutput = 64 }), StringComparison.Ordinal);
        Assert.Contains("--whitening-epsilon", Message(new WmseOptions { WhiteningEpsilon = double.NaN }), StringComparison.Ordinal);
        Assert.Contains("--whitening-rounds", Message(new WmseOptions { WhiteningRounds = 0 }), StringComparison.Ordinal);
        Assert.Contains("--projector-output", Message(new WmseOptions { ProjectorOutput = -1 }), StringComparison.Ordinal);
    }
}
