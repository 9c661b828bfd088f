using Lethe.Diagnostics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

public class ImageMemorisationTests
{
    /// <summary>By the one encoder the views agree, by the other they are at right angles, or opposite.</summary>
    [Fact]
    public void Scores_AgreeingAgainstSpreadViews_IsTheClosedForm()
    {
        using var scope = NewDisposeScope();
        Tensor agreeing = stack([ones(2, 3), 5 * ones(2, 3)]);
        Tensor spread = stack([tensor(new float[,] { { 1, 0 }, { 0, 2 } }), tensor(new float[,] { { 0, 3 }, { 0, -1 } })]);
        Assert.Equal(
            [Math.Sqrt(2) / 2, 1],
            ImageMemorisation.Scores(agreeing, spread).Select(score => Math.Round(score, 12)),
            (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal([-Math.Sqrt(2) / 2, -1], ImageMemorisation.Scores(spread, agreeing), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal([0, 0], ImageMemorisation.Scores(spread, spread));
    }

    [Fact]
    public void Scores_RandomFeatures_AgreeWithTheSlowDefinition()
    {
        using var scope = NewDisposeScope();
        const int Views = 4, Images = 5;
        double[,] with = Reference.Gaussian(1, Views * Images, 3), without = Reference.Gaussian(2, Views * Images, 6);
        double[] found = ImageMemorisation.Scores(tensor(with).reshape(Views, Images, 3), tensor(without).reshape(Views, Images, 6));
        for (int i = 0; i < Images; i++)
            Assert.Equal((MeanDistance(without, i) - MeanDistance(with, i)) / 2, found[i], 1e-12);

        double MeanDistance(double[,] rows, int image)
        {
            double[,] Z = Reference.Normalised(rows);
            double sum = 0;
            for (int a = 0; a < Views; a++)
            {
                for (int b = 0; b < a; b++)
                    sum += Math.Sqrt(
                        Enumerable.Range(0, Z.GetLength(1)).Sum(j => Math.Pow(Z[a * Images + image, j] - Z[b * Images + image, j], 2)));
            }

            return sum / (Views * (Views - 1) / 2);
        }
    }

    [Fact]
    public void Scores_WhatDoesNotBelongTogether_IsRefused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains(
            "same views", Assert.Throws<ArgumentException>(() => ImageMemorisation.Scores(ones(2, 3, 4), ones(2, 4, 4))).Message);
        Assert.Contains(
            "two views", Assert.Throws<ArgumentException>(() => ImageMemorisation.Scores(ones(1, 3, 4), ones(1, 3, 4))).Message);
        Assert.Throws<DataException>(() => ImageMemorisation.Scores(ones(2, 1, 2), full(2, 1, 2, double.NaN)));
    }

    [Fact]
    public void LayerScores_OfFourImages_AreTheirMoments()
    {
        LayerScores scores = new("layer4", [0.5, -0.1, 0.3, 0.1], []);
        Assert.Equal((0.8, 0.2, 0.75), (Math.Round(scores.Sum, 12), Math.Round(scores.Mean, 12), scores.PositiveShare));
        Assert.Equal(Math.Sqrt((0.09 + 0.09 + 0.01 + 0.01) / 3 / 4), scores.StandardError, 1e-12);
        Assert.Equal([0, 2], scores.Most(2));
        Assert.Equal((null, null, null), (scores.UnseenMean, scores.Excess, scores.ExcessError));
        LayerScores beside = scores with { Unseen = [0.1, -0.1] };
        Assert.Equal(0.2, beside.Excess!.Value, 1e-12);
        Assert.Equal(Math.Sqrt((0.2 / 3 / 4) + (0.02 / 1 / 2)), beside.ExcessError!.Value, 1e-12);
    }

    [Fact]
    public void Correlation_LinearOppositeOrConstant_IsOneMinusOneOrNothing()
    {
        Assert.Equal(1, ImageMemorisation.Correlation([1, 2, 4], [3, 5, 9])!.Value, 1e-12);
        Assert.Equal(-1, ImageMemorisation.Correlation([1, 2, 4], [-1, -2, -4])!.Value, 1e-12);
        Assert.Equal(0.5, ImageMemorisation.Correlation([1, 0, -1], [1, -1, 0])!.Value, 1e-12);
        Assert.Null(ImageMemorisation.Correlation([1, 2], [3, 3]));
        Assert.Throws<ArgumentException>(() => ImageMemorisation.Correlation([1], [1, 2]));
    }
}
