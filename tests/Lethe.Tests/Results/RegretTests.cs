using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Tests.Diagnostics;

namespace Lethe.Tests.Results;

public class RegretTests
{
    /// <summary>Accuracies 0.2, 0.5, 0.4, 0.3 without hits: the definition by hand.</summary>
    [Fact]
    public void Of_AccuraciesAlone_IsWhatTheChosenEpochLacks()
    {
        List<Measurement> run =
        [
            .. Curve("layer4", Measure.KnnAccuracy, 0.2, 0.5, 0.4, 0.3), .. Curve("layer4", Measure.LinearAccuracy, 0.2, 0.3, 0.4, 0.6),
            .. Curve(Measure.Run, Measure.LossHeldOut, 4, 3, 2, 3), .. Curve("layer4", EffectiveRank.Entry.HeldOut, 9, 1, 1, 1),
        ];
        IReadOnlyList<Regret> regrets = Regret.Of([("a", run), ("b", [.. run.Where(m => m.Name != EffectiveRank.Entry.HeldOut)])]);
        Assert.Equal(0.2, Find("last", Measure.KnnAccuracy)!.Value, 12);
        Assert.Equal(0, Find("last", Measure.LinearAccuracy)!.Value, 12);
        Assert.Equal(0.1, Find("best-heldout", Measure.KnnAccuracy)!.Value, 12);
        Assert.Equal(0.2, Find("best-heldout", Measure.LinearAccuracy)!.Value, 12);
        Assert.Equal(0.3, Find("best-rankme", Measure.KnnAccuracy)!.Value, 12);
        Assert.Equal("a", Assert.Single(One("best-rankme", Measure.KnnAccuracy).Runs).Run);

        // Epoch 1 or 2 of 3: the first of two that are as near.
        Assert.Equal(0, Find("half-way", Measure.KnnAccuracy)!.Value, 12);

        // They would be judged on the images that they chose by, and what was not measured chooses nothing.
        Assert.Null(Find("best-knn", Measure.KnnAccuracy));
        Assert.Null(Find("best-linear", Measure.KnnAccuracy));
        Assert.Null(Find("best-lidar", Measure.KnnAccuracy));

        double? Find(string rule, string measure) => One(rule, measure).Mean;
        Regret One(string rule, string measure) => regrets.Single(one => one.Rule == rule && one.Measure == measure);
    }

    /// <summary>A rule by accuracy chooses on one half and is measured on the other, and back.</summary>
    [Fact]
    public void Of_Hits_ChoosesOnOneHalfAndMeasuresOnTheOther()
    {
        List<Measurement> run = SyntheticCourse.Run(3, SyntheticCourse.Abrupt(0.2), SyntheticCourse.Plateau, images: 400);
        IReadOnlyList<Regret> regrets = Regret.Of([("a", run)]);
        (int[] a, int[] b) = TurnRule.Halves(400);
        double[] onA = Course(a), onB = Course(b);
        double expected = (onB.Max() - onB[onA.ToList().IndexOf(onA.Max())] + onA.Max() - onA[onB.ToList().IndexOf(onB.Max())]) / 2;
        Assert.Equal(expected, regrets.Single(one => one is { Rule: "best-knn", Measure: Measure.KnnAccuracy }).Mean!.Value, 12);
        double last = (onA.Max() - onA[^1] + onB.Max() - onB[^1]) / 2;
        Assert.Equal(last, regrets.Single(one => one is { Rule: "last", Measure: Measure.KnnAccuracy }).Mean!.Value, 12);
        Assert.InRange(expected, 0, last / 2);

        double[] Course(int[] images) =>
            [.. run.Where(m => m.Layer == "layer4").Select(m => Hits.Unpack(m.Hits!)).Select(hits => images.Average(i => hits[i] ? 1.0 : 0))];
    }

    /// <summary>Mean IoU by checkpoint, and the rule by DSE as its paper weighs it: here the separation alone would take another epoch.</summary>
    [Fact]
    public void Of_DenseTransfer_JudgesRulesByMeanIntersection()
    {
        double[] separation = [-0.2, -0.3, -0.4, -0.4], dimension = [0.1, 0.6, 0.4, 0.4], iou = [0.10, 0.14, 0.13, 0.11];
        EvaluationRecord[] records =
        [
            .. Enumerable.Range(0, 4).SelectMany(i => new[]
            {
                Record(i, "DSE", "without labels", separation[i] + dimension[i]), Record(i, "DSE, separation", "without labels", separation[i]),
                Record(i, "mean IoU", "nearest cells", iou[i]), Record(i, "mean IoU", "frozen", 0.5),
            }),
        ];
        IReadOnlyList<Measurement> dense = DenseCourse.Of(records);
        double[] found = [.. dense.Where(one => one.Name == "DSE").Select(one => one.Value)];
        double weight = Deviation(separation) / Deviation(dimension);
        Assert.Equal([.. separation.Zip(dimension, (s, d) => s + (weight * d))], found, (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(1, Array.IndexOf(found, found.Max()));

        List<Measurement> run =
        [
            .. Curve("layer4", Measure.KnnAccuracy, 0.2, 0.5, 0.4, 0.3), .. Curve("layer4", Measure.LinearAccuracy, 0.2, 0.3, 0.4, 0.6), .. dense,
        ];
        IReadOnlyList<Regret> regrets = Regret.Of([("a", run)]);
        double Of(string rule) => regrets.Single(one => one.Rule == rule && one.Measure == "mean IoU").Mean!.Value;
        Assert.Equal(0, Of("best-dse"), 12);
        Assert.Equal(0.03, Of("last"), 12);
        Assert.Equal(0, Of("best-knn"), 12);
        Assert.Equal(0.03, Of("best-linear"), 12);
        Assert.Contains(Regret.Grid(regrets).Columns, column => column.Name == "mean IoU worst");

        static EvaluationRecord Record(int epoch, string measure, string variant, double value) =>
            new(EvaluationStage.Before, "layer4", "dense", measure, value) { Epoch = epoch, Variant = variant };

        static double Deviation(double[] values) => Math.Sqrt(values.Average(value => Math.Pow(value - values.Average(), 2)));
    }

    [Fact]
    public void Grid_SeveralRuns_ShowsMeanAndWorstInPoints()
    {
        Grid grid = Regret.Grid(
        [
            new("last", Measure.KnnAccuracy, [("a", 0.01), ("b", 0.03)]), new("last", Measure.LinearAccuracy, [("a", 0), ("b", 0.005)]),
            new("best-knn", Measure.KnnAccuracy, []), new("best-knn", Measure.LinearAccuracy, []),
        ]);
        Assert.Equal(["last", "2.00", "3.00", "0.25", "0.50", "2"], grid.Rows[0].Cells.Select(cell => cell.Text));
        Assert.Equal(["best-knn", "–", "–", "–", "–", "0"], grid.Rows[1].Cells.Select(cell => cell.Text));
        Assert.Contains(grid.Notes, note => note.Contains("were not recorded", StringComparison.Ordinal));
    }

    private static IEnumerable<Measurement> Curve(string layer, string name, params double[] values) =>
        values.Select((value, epoch) => new Measurement(epoch, layer, name, value));
}
