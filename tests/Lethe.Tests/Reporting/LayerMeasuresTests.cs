using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Runtime;

namespace Lethe.Tests.Reporting;

public class LayerMeasuresTests
{
    [Fact]
    public void Of_GapAndConditionalRate_AreDerived()
    {
        var values = new Dictionary<string, double>
        {
            [Measure.RateTrain] = 10, [Measure.InstanceReductionTrain] = 7, [Measure.RateHeldOut] = 9,
            [Measure.InstanceReductionHeldOut] = 5,
        };
        double? Of(string name) => LayerMeasures.Choose(name).Single().Of(values);
        Assert.Equal(2, Of("reduction-gap"));
        Assert.Equal(3, Of("conditional-rate-train"));
        Assert.Equal(4, Of("conditional-rate-held-out"));
        Assert.Equal(-1, Of("conditional-rate-gap"));
        Assert.Null(Of("lidar-gap"));
    }

    [Fact]
    public void Choose_ANameOrPartOfIt_GivesItsRowsInOrder()
    {
        static IEnumerable<string> Names(string asked) => LayerMeasures.Choose(asked).Select(measure => measure.Name);
        Assert.Equal(["rate-train", "rate-held-out", "rate-gap", "spread"], Names("spread, rate"));
        Assert.Equal(["knn-gap"], Names("knn-gap"));
        Assert.Equal(LayerMeasures.All, LayerMeasures.Choose("all"));
        Assert.Equal(7, LayerMeasures.Choose(LayerMeasures.Default).Count);
        Assert.Equal(LayerMeasures.All.Count, LayerMeasures.All.Select(measure => measure.Name).Distinct().Count());
    }

    [Theory]
    [InlineData("frob")]
    [InlineData("lidar,frob")]
    [InlineData("label")]
    [InlineData(",")]
    public void Choose_UnknownName_ListsTheKnown(string asked)
    {
        string message = Assert.Throws<InvalidOptionException>(() => LayerMeasures.Choose(asked)).Message;
        Assert.Contains("reduction, rate, conditional-rate, label-reduction,", message, StringComparison.Ordinal);
        Assert.Contains("alpha-req", message, StringComparison.Ordinal);
        Assert.DoesNotContain("lidar,frob", message, StringComparison.Ordinal);
    }

    /// <summary>Every number that is measured of a layer can be shown.</summary>
    [Fact]
    public void All_EveryMeasureOfALayer_HasARow()
    {
        string[] ofRuns =
        [
            Measure.Run,
            Measure.Loss,
            Measure.LossTrain,
            Measure.LossHeldOut,
            Measure.LearningRate,
            Measure.JensenShannon,
            Measure.LevelOneLoss,
            Measure.LevelTwoLoss,
            Measure.BatchReduction,
            Measure.VolumeSpread,
        ];
        IEnumerable<string> all = typeof(Measure).GetFields().Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!)
            .Concat(FeatureMeasures.All.SelectMany(measure => new[] { measure.Train, measure.HeldOut }));
        Assert.Equal(
            all.Except(ofRuns).Order(),
            LayerMeasures.All.SelectMany(measure => measure.Terms).Select(term => term.Measure).Distinct().Order());
    }
}
