using Lethe.Diagnostics;

namespace Lethe.Tests.Diagnostics;

public class BestRuleTests
{
    [Fact]
    public void Find_ByName_GivesTheRuleAndNoneForTheLast()
    {
        Assert.Null(BestRule.Find(BestRule.Last));
        Assert.Equal("best-lidar", BestRule.Find("best-lidar")!.Name);
        Assert.Equal(["last", "best-heldout", "best-knn", "best-linear", "best-reduction", "best-lidar", "best-rankme"], BestRule.Names);
        Assert.Equal(["best-knn", "best-linear"], BestRule.All.Where(rule => rule.NeedsLabels).Select(rule => rule.Name));
    }

    [Fact]
    public void Choose_Accuracy_TakesTheHighestOfItsLayerAndMeasure()
    {
        BestRule rule = BestRule.Find("best-knn")!;
        Assert.Equal(20, rule.Choose(
        [
            new(20, "layer4", Measure.KnnAccuracy, 0.7), new(10, "layer4", Measure.KnnAccuracy, 0.9), new(10, "layer4", Measure.KnnAccuracy, 0.5),
            new(30, "layer4", Measure.LinearAccuracy, 0.99), new(40, "layer2", Measure.KnnAccuracy, 0.99), new(50, "layer4", Measure.KnnAccuracy, 0.7),
        ]));
        Assert.Null(rule.Choose([new(30, "layer4", Measure.LinearAccuracy, 0.9)]));
    }

    [Fact]
    public void Choose_Loss_TakesTheLowest() => Assert.Equal(1, BestRule.Find("best-heldout")!.Choose(
        [new(0, Measure.Run, Measure.LossHeldOut, 3), new(1, Measure.Run, Measure.LossHeldOut, 2), new(2, Measure.Run, Measure.LossHeldOut, 2.5)]));
}
