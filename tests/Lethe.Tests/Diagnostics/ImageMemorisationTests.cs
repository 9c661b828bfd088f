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

    /// <summary>Of the definition, with the nearest by cosine of the mean unit view.</summary>
    [Fact]
    public void HeldOut_RandomFeatures_AgreesWithTheSlowDefinition()
    {
        using var scope = NewDisposeScope();
        const int Views = 3, Seen = 7, Unseen = 14, Width = 4;
        double[,] seen = Reference.Normalised(Reference.Gaussian(3, Views * Seen, Width));
        double[,] unseen = Reference.Normalised(Reference.Gaussian(4, Views * Unseen, Width));
        (double[] own, double[] others) = ImageMemorisation.HeldOut(
            tensor(seen).reshape(Views, Seen, Width), tensor(unseen).reshape(Views, Unseen, Width));
        for (int i = 0; i < Seen; i++)
            Assert.Equal(Expected(seen, Seen, i, -1), own[i], 1e-6);
        for (int i = 0; i < Unseen; i++)
            Assert.Equal(Expected(unseen, Unseen, i, i), others[i], 1e-6);

        double Expected(double[,] of, int count, int image, int without)
        {
            double[] query = Mean(of, count, image);
            return (Enumerable.Range(0, Unseen).Where(j => j != without)
                .OrderByDescending(j => Cosine(query, Mean(unseen, Unseen, j))).Take(ImageMemorisation.HeldOutNeighbours)
                .Average(j => Apart(unseen, Unseen, j)) - Apart(of, count, image)) / 2;
        }

        double[] Mean(double[,] rows, int count, int image) =>
            [.. Enumerable.Range(0, Width).Select(c => Enumerable.Range(0, Views).Average(v => rows[(v * count) + image, c]))];

        double Cosine(double[] a, double[] b) =>
            a.Zip(b, (x, y) => x * y).Sum() / Math.Sqrt(a.Sum(x => x * x) * b.Sum(y => y * y));

        double Apart(double[,] rows, int count, int image) => (
            from a in Enumerable.Range(0, Views)
            from b in Enumerable.Range(0, a)
            select Math.Sqrt(Enumerable.Range(0, Width).Sum(c => Math.Pow(rows[(a * count) + image, c] - rows[(b * count) + image, c], 2))))
            .Average();
    }

    /// <summary>Views of images trained on lie on each other, those of others apart.</summary>
    [Fact]
    public void HeldOut_ViewsThatWereLearnt_HaveTheLargerScores()
    {
        using var scope = NewDisposeScope();
        Tensor clean = tensor(Reference.Gaussian(5, 20, 6));
        Tensor noise = tensor(Reference.Gaussian(6, 60, 6)).reshape(3, 20, 6);
        (double[] own, double[] others) = ImageMemorisation.HeldOut(stack([clean, clean, clean]), clean + noise);
        Assert.Equal(1, Membership.Auc(own, others));
        Assert.InRange(Membership.Chance(20, 20), 0.1, 0.25);
        Assert.Contains("more than 10 held-out", Assert.Throws<ArgumentException>(() => ImageMemorisation.HeldOut(ones(2, 3, 4), ones(2, 10, 4))).Message);
    }

    [Fact]
    public void Scores_WhatDoesNotBelongTogether_IsRefused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains(
            "same views", Assert.Throws<ArgumentException>(() => ImageMemorisation.Scores(ones(2, 3, 4), ones(2, 4, 4))).Message);
        Assert.Contains(
            "two views", Assert.Throws<ArgumentException>(() => ImageMemorisation.Scores(ones(1, 3, 4), ones(1, 3, 4))).Message);
        Assert.Contains(
            "[views, images, dimension]", Assert.Throws<ArgumentException>(() => ImageMemorisation.Scores(ones(3, 4), ones(2, 3, 4))).Message);
        Assert.Contains(
            "[views, images, dimension]", Assert.Throws<ArgumentException>(() => ImageMemorisation.Scores(ones(2, 3, 4), ones(3, 4))).Message);
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
        Assert.Equal((null, null), (scores.Auc, scores.AucChance));
        Assert.Equal(0.5, (scores with { Scores = [0, 0.1] }).PositiveShare);
        Assert.Equal(0, (scores with { Scores = [0.3] }).StandardError);
        LayerScores beside = scores with { Unseen = [0.1, -0.1] };
        Assert.Equal(0.2, beside.Excess!.Value, 1e-12);
        Assert.Equal(0.1, (beside with { Unseen = [0.2, 0] }).Excess!.Value, 1e-12);
        Assert.Equal(6.0 / 8, beside.Auc!.Value, 1e-12);
        Assert.Equal(Membership.Chance(4, 2), beside.AucChance!.Value);
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
