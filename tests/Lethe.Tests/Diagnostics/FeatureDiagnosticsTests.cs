using Lethe.Diagnostics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

public class FeatureDiagnosticsTests
{
    [Fact]
    public void Measure_StackedOrSeparateViews_AgreeWithTheReference()
    {
        using var scope = NewDisposeScope();
        double[,] Z = Reference.Gaussian(1, 15, 4);
        int[] labels = [0, 1, 0, 1, 2], rowLabels = [.. labels, .. labels, .. labels];
        FeatureReport stacked = FeatureDiagnostics.Measure(tensor(Z), labels, 3, 0.5);
        FeatureReport separate = FeatureDiagnostics.Measure(tensor(Z).reshape(3, 5, 4), rowLabels, 1, 0.5);
        Assert.Equal(stacked.Measures, separate.Measures);
        Assert.Equal(stacked, separate with { Measures = stacked.Measures });
        Assert.Equal((15, 4, 3, 0.5), (stacked.Rows, stacked.Dimension, stacked.Views, stacked.EpsilonSquared));

        (double rate, double instances) = Reference.Rates(Z, [.. Enumerable.Range(0, 15).Select(i => i % 5)], 0.5);
        (_, double classes) = Reference.Rates(Z, rowLabels, 0.5);
        Assert.Equal(rate, stacked.Rate, 1e-10);
        Assert.Equal(instances, stacked.Instance!.ConditionalRate, 1e-10);
        Assert.Equal(classes, stacked.Label!.ConditionalRate, 1e-10);
        Assert.Equal(EffectiveRank.NormalisedDeviation(tensor(Z)), stacked.NormalisedDeviation);
        Tensor views = tensor(Z).reshape(3, 5, 4);
        Assert.Equal(
            new Dictionary<string, double?>
            {
                ["rankMe"] = EffectiveRank.RankMe(tensor(Z)),
                ["alphaReq"] = AlphaReq.Measure(tensor(Z)),
                ["lidar"] = Lidar.Measure(views),
                ["alignment"] = AlignmentUniformity.Alignment(views),
                ["uniformity"] = Enumerable.Range(0, 3).Average(v => AlignmentUniformity.Uniformity(views[v])),
            },
            stacked.Measures);
    }

    [Fact]
    public void Measure_OneViewNoLabels_HasTheRateOnly()
    {
        using var scope = NewDisposeScope();
        FeatureReport report = FeatureDiagnostics.Measure(eye(4), null, 1, 0.1);
        Assert.Null(report.Instance);
        Assert.Null(report.Label);
        Assert.Equal(2 * Math.Log(11), report.Rate, 1e-12);
        Assert.Equal((null, null, -4), (report.Measures["alignment"], report.Measures["lidar"], Math.Round(report.Measures["uniformity"]!.Value, 9)));
    }

    [Fact]
    public void Measure_TwoViewsOfOneImage_LeavesOutWhatNeedsSeveral()
    {
        using var scope = NewDisposeScope();
        FeatureReport geometry = FeatureDiagnostics.Measure(eye(2), null, 2, 0.1);
        Assert.Equal((null, null, 2), (geometry.Measures["uniformity"], geometry.Measures["lidar"], Math.Round(geometry.Measures["alignment"]!.Value, 9)));
    }

    [Fact]
    public void Measure_WhatDoesNotFit_SaysWhatToDo()
    {
        using var scope = NewDisposeScope();
        Tensor bad = ones(6, 2);
        bad[4, 1] = double.NegativeInfinity;
        Assert.Contains("row 4", Assert.Throws<DataException>(() => FeatureDiagnostics.Measure(bad, null, 2, 0.5)).Message);
        Assert.Contains(
            "Expected 3 labels, one an image, or 6",
            Assert.Throws<DataException>(() => FeatureDiagnostics.Measure(ones(6, 2), new int[5], 2, 0.5)).Message);
        Assert.Contains("4 views divide", Assert.Throws<DataException>(() => FeatureDiagnostics.Measure(ones(6, 2), null, 4, 0.5)).Message);
        Assert.Contains("views", Assert.Throws<DataException>(() => FeatureDiagnostics.Measure(ones(1, 2), null, 2, 0.5)).Message);
        Assert.Contains("shape [6]", Assert.Throws<DataException>(() => FeatureDiagnostics.Measure(ones(6), null, 1, 0.5)).Message);
        Assert.Contains(
            "Int64",
            Assert.Throws<DataException>(() => FeatureDiagnostics.Measure(ones(6, 2, dtype: ScalarType.Int64), null, 1, 0.5)).Message);
        Assert.Contains(
            "2 views", Assert.Throws<InvalidOptionException>(() => FeatureDiagnostics.Measure(ones(2, 3, 2), null, 3, 0.5)).Message);
        Assert.Throws<InvalidOptionException>(() => FeatureDiagnostics.Measure(ones(6, 2), null, 0, 0.5));
        Assert.Throws<InvalidOptionException>(() => FeatureDiagnostics.Measure(ones(6, 2), null, 1, 0));
    }

    /// <summary>What there is no value of says why, under the names that JSON has.</summary>
    [Fact]
    public void Missing_OneViewOneImageOrOneDirection_SaysWhy()
    {
        using var scope = NewDisposeScope();
        const string OneView = "there is one view of each image, and it takes two", OneImage = "there is one image, and it takes two";
        Assert.Equal(
            new Dictionary<string, string> { ["lidar"] = OneView, ["alignment"] = OneView, ["instance"] = OneView, ["label"] = "no row has a label" },
            FeatureDiagnostics.Measure(tensor(Reference.Gaussian(1, 4, 3)), null, 1, 0.1).Missing);
        Assert.Equal(
            new Dictionary<string, string> { ["lidar"] = OneImage, ["uniformity"] = OneImage, ["label"] = "no row has a label", ["alphaReq"] = AlphaReq.Entry.Lacks },
            FeatureDiagnostics.Measure(eye(2), null, 2, 0.1).Missing);
        Assert.Empty(FeatureDiagnostics.Measure(tensor(Reference.Gaussian(1, 12, 3)), [0, 1, 0, 1, 0, 1], 2, 0.1).Missing);
    }

    /// <summary>Rows without a label are left out of the label partition and of nothing else.</summary>
    [Fact]
    public void Measure_SomeRowsWithoutALabel_LeavesThemOutOfTheLabelPartition()
    {
        using var scope = NewDisposeScope();
        Tensor rows = tensor(Reference.Gaussian(2, 6, 4));
        FeatureReport some = FeatureDiagnostics.Measure(rows, [0, -1, 1, 0, 1, -1], 1, 0.5), all = FeatureDiagnostics.Measure(rows, [0, 1, 1, 0, 1, 0], 1, 0.5);
        Assert.Equal((2, 4, 0, 6), (some.Unlabelled, some.Label!.Rows, all.Unlabelled, all.Label!.Rows));
        Tensor labelled = rows.index_select(0, tensor(new long[] { 0, 2, 3, 4 }));
        Assert.Equal(CodingRate.MeasureLabels(labelled, [0, 1, 0, 1], 0.5).Reduction, some.Label.Reduction, 1e-12);
        Assert.Equal(all.Rate, some.Rate, 1e-12);
        Assert.Equal(CodingRate.Rate(rows, 0.5).item<double>(), some.Rate, 1e-12);
        Assert.NotEqual(some.Label.Rate, some.Rate, 1e-6);
        FeatureReport none = FeatureDiagnostics.Measure(rows, [-1, -1, -1, -1, -1, -1], 1, 0.5);
        Assert.Equal((null, 6), (none.Label, none.Unlabelled));
        Assert.DoesNotContain(
            "one a row", Assert.Throws<DataException>(() => FeatureDiagnostics.Measure(rows, new int[5], 1, 0.5)).Message);
    }
}
