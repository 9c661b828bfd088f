using Lethe.Diagnostics;
using Lethe.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

public sealed class CausalMeasuresTests
{
    /// <summary>Against the normal equations, solved for the strength that was chosen.</summary>
    [Fact]
    public void Regression_OfATarget_IsTheRidgeSolutionOfTheChosenStrength()
    {
        using var scope = NewDisposeScope();
        Tensor X = tensor(Reference.Gaussian(1, 60, 5)), test = tensor(Reference.Gaussian(2, 40, 5)),
            weights = tensor(Reference.Gaussian(3, 5, 1));
        Tensor noise = 0.5 * tensor(Reference.Gaussian(4, 60, 1)), testNoise = 0.5 * tensor(Reference.Gaussian(5, 40, 1));
        Tensor y = X.matmul(weights) + noise + 3, testY = test.matmul(weights) + testNoise + 3;
        Regression found = Measure(X, [Numbers(y)], test, [Numbers(testY)])[0];

        Tensor mean = X.mean([0]), deviation = X.std(0, unbiased: false), Z = (X - mean) / deviation;
        Tensor W = linalg.solve(Z.t().matmul(Z) + found.Strength * 60 * eye(5, dtype: ScalarType.Float64), Z.t().matmul(y - y.mean()));
        Tensor predicted = ((test - mean) / deviation).matmul(W) + y.mean();
        double expected = 1 - ((predicted - testY).square().sum() / (testY - testY.mean()).square().sum()).ToDouble();
        Assert.Equal(expected, found.Determination, 1e-9);
        Assert.True(found.Determination > 0.7);
    }

    [Fact]
    public void Regression_SeveralTargets_AreEachAsIfAlone()
    {
        using var scope = NewDisposeScope();
        Tensor X = tensor(Reference.Gaussian(1, 400, 60)), test = tensor(Reference.Gaussian(2, 200, 60));
        double[] Target(Tensor rows, ulong seed, double spread) =>
            Numbers(rows.narrow(1, 0, 3).sum([1]) + (spread * tensor(Reference.Gaussian(seed, (int)rows.size(0), 1)).squeeze(1)));
        double[][] train = [Target(X, 5, 0.1), Target(X, 6, 30)], tests = [Target(test, 7, 0.1), Target(test, 8, 30)];
        IReadOnlyList<Regression> both = Measure(X, train, test, tests);
        for (int i = 0; i < 2; i++)
        {
            Regression alone = Measure(X, [train[i]], test, [tests[i]])[0];
            Assert.Equal(alone.Determination, both[i].Determination, 1e-9);
            Assert.Equal(alone.Strength, both[i].Strength);
        }

        // Of noise nothing is to be read, and the strength says so.
        Assert.True(both[0].Determination > 0.9 && both[1].Determination < 0.1, $"{both[0]} {both[1]}");
        Assert.True(both[1].Strength > 10 * both[0].Strength, $"{both[0]} {both[1]}");
    }

    [Fact]
    public void Regression_WhatCannotBeFitted_IsRefused()
    {
        using var scope = NewDisposeScope();
        Tensor X = tensor(Reference.Gaussian(1, 6, 2));
        double[] y = [1, 2, 3, 4, 5, 6];
        Assert.Contains(
            "in all 6 rows",
            Assert.Throws<DataException>(() => Measure(X, [[2, 2, 2, 2, 2, 2]], X, [y])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "NaN",
            Assert.Throws<DataException>(() => Measure(X, [[1, 2, 3, 4, 5, double.NaN]], X, [y])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Measure(X, [[1, 2]], X, [y]));
        Assert.Throws<ArgumentException>(() => Measure(X, [], X, []));
        Assert.Contains(
            "at least 3 rows",
            Assert.Throws<ArgumentException>(() => RidgeRegression.Fit(ones(2, 3), [[1.0, 2.0]])).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOptionException>(() => RidgeRegression.Fit(X, [y], new LinearProbeOptions { Strengths = 0 }));
        Assert.Throws<ArgumentException>(() => Measure(X, [y], tensor(Reference.Gaussian(1, 6, 3)), [y]));
    }

    /// <summary>A unit vector turned by an angle moves by 2 − 2 cos of it, squared; scale does not matter.</summary>
    [Fact]
    public void Sensitivity_OfTurnedRows_HasTheClosedForm()
    {
        using var scope = NewDisposeScope();
        Tensor Turned(double angle, double scale) =>
            scale * tensor(new double[,] { { Math.Cos(angle), Math.Sin(angle) }, { -Math.Sin(angle), Math.Cos(angle) } });
        Tensor plain = Turned(0, 3), changed = Turned(1.2, 0.01).to(ScalarType.Float32).to(ScalarType.Float64);
        Assert.All(InterventionalSensitivity.Answers(plain, Turned(0.5, 100)), one => Assert.Equal(2 - (2 * Math.Cos(0.5)), one, 1e-12));
        Assert.All(InterventionalSensitivity.Answers(plain, changed), one => Assert.Equal(2 - (2 * Math.Cos(1.2)), one, 1e-6));
        Assert.Throws<ArgumentException>(() => InterventionalSensitivity.Answers(ones(2, 3), ones(3, 3)));
        Assert.Contains(
            "row 1",
            Assert.Throws<DataException>(
                () => InterventionalSensitivity.Answers(ones(2, 1), tensor(new double[,] { { 1 }, { double.NaN } }))).Message,
            StringComparison.Ordinal);
    }

    /// <summary>By hand: class 0 has 2 of 4, class 1 has 2 of 4, class 2 has 1 of 3; class 3 is nowhere.</summary>
    [Fact]
    public void MeanIntersectionOverUnion_OfSmallMasks_IsWhatCountingGives()
    {
        byte[] truth = [0, 0, 0, 1, 1, 1, 2, 2], predicted = [0, 0, 1, 1, 1, 2, 2, 0];
        MeanIntersectionOverUnion found = MeanIntersectionOverUnion.Measure(predicted, truth, 4);
        Assert.Equal([2.0 / 4, 2.0 / 4, 1.0 / 3, null], found.Classes);
        Assert.Equal((0.5 + 0.5 + (1.0 / 3)) / 3, found.Mean, 1e-15);
        Assert.Equal(5.0 / 8, found.PixelAccuracy);
        Assert.Equal(1, MeanIntersectionOverUnion.Measure(truth, truth, 4).Mean);
        Assert.Contains(
            "Pixel 1",
            Assert.Throws<ArgumentException>(() => MeanIntersectionOverUnion.Measure([0, 4], [0, 1], 4)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => MeanIntersectionOverUnion.Measure([0], [0, 1], 4));
    }

    private static double[] Numbers(Tensor values) => values.flatten().data<double>().ToArray();

    private static IReadOnlyList<Regression> Measure(Tensor features, double[][] targets, Tensor test, double[][] testTargets)
    {
        LinearReadout readout = RidgeRegression.Fit(features, targets);
        double[] read = readout.Read(test).data<double>().ToArray(); // [M, t] row by row
        int[] rows = [.. Enumerable.Range(0, (int)test.size(0))];
        return
        [
            .. testTargets.Select((truth, t) => new Regression(
                Determination.Of([.. rows.Select(row => read[(row * targets.Length) + t])], truth, rows), readout.Strengths[t])),
        ];
    }

    private sealed record Regression(double Determination, double Strength);
}
