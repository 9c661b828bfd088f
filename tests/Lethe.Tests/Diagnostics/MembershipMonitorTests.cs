using Lethe.Diagnostics;

namespace Lethe.Tests.Diagnostics;

public class MembershipMonitorTests
{
    private const int Images = 500;

    [Fact]
    public void Judge_LayerThatRises_KnowsSinceItStayedAboveChance()
    {
        MembershipVerdict found = MembershipMonitor.Judge(
            [[.. Course("layer2", 0.5, 0.51, 0.49, 0.5), .. Course("layer4", 0.6, 0.5, 0.56, 0.64)]], Images)!;
        Assert.Equal([new("layer2", 0.5, null), new LayerMembership("layer4", 0.64, 2)], found.Layers);
        Assert.Equal(Membership.Chance(Images, Images, tests: 2), found.Chance);
        Assert.Equal(
            "One layer knows which images it was trained on (layer4 since epoch 2, membership AUC 0.64); the others do not (0.50, "
            + "where chance reaches 0.54). By itself that does no harm.",
            found.Reason);
    }

    [Fact]
    public void Judge_NoLayer_SaysHowFarChanceReaches() => Assert.Equal(
        "No layer knows which images it was trained on (membership AUC at most 0.53, where chance reaches 0.54).",
        MembershipMonitor.Judge([[.. Course("layer2", 0.6, 0.53), .. Course("layer4", 0.6, 0.5)]], Images)!.Reason);

    [Fact]
    public void Judge_EveryLayer_NamesThemAll() => Assert.Equal(
        "Some layers know which images they were trained on (layer2 since epoch 1, membership AUC 0.70; layer4 since epoch 0, membership "
        + "AUC 0.80); chance reaches 0.54. By itself that does no harm.",
        MembershipMonitor.Judge([[.. Course("layer2", 0.5, 0.7), .. Course("layer4", 0.6, 0.8)]], Images)!.Reason);

    /// <summary>Of an encoder whose heads alone were trained only these can know the images; before an epoch nothing can.</summary>
    [Fact]
    public void Judge_LayersThatDidNotChange_AreLeftOut()
    {
        Measurement[] still = [.. Course("layer4", 0.6, 0.6), .. Course("layer4", Measure.InstanceReductionHeldOut, 40.1, 40.1)];
        Measurement[] moved = [.. Course("projector", 0.5, 0.51), .. Course("projector", Measure.InstanceReductionHeldOut, 9.1, 9.2)];
        MembershipVerdict found = MembershipMonitor.Judge([[.. still, .. moved]], Images)!;
        Assert.Equal([new("projector", 0.51, null)], found.Layers);
        Assert.Equal(
            "projector does not know which images it was trained on (membership AUC 0.51, where chance reaches 0.54).", found.Reason);
        Assert.Null(MembershipMonitor.Judge([still], Images));
        Assert.Null(MembershipMonitor.Judge([Course("layer4", 0.6)], Images));
    }

    /// <summary>An AUC below one half by as much is no knowledge of images trained on.</summary>
    [Fact]
    public void Judge_FarBelowOneHalf_KnowsNothing() =>
        Assert.Null(MembershipMonitor.Judge([Course("layer4", 0.5, 0.2)], Images)!.Layers.Single().Since);

    [Fact]
    public void Judge_SeveralSeeds_GoesByTheirMeanAndTheLaterOfTwo()
    {
        Measurement[] first = Course("layer4", 0.5, 0.9), second = [.. Course("layer4", 0.5, 0.9), new(1, "layer4", Measure.MembershipAuc, 0.6)];
        LayerMembership found = MembershipMonitor.Judge([first, second], Images)!.Layers.Single();
        Assert.Equal(("layer4", 1), (found.Layer, found.Since));
        Assert.Equal(0.75, found.Auc, 1e-12);
        Assert.Null(MembershipMonitor.Judge([Course("layer4", 0.5, 0.6), Course("layer4", 0.5, 0.4)], Images)!.Layers.Single().Since);
    }

    [Fact]
    public void Judge_NothingMeasured_IsNull()
    {
        Assert.Null(MembershipMonitor.Judge([[new(0, "layer4", Measure.Spread, 1)]], Images));
        Assert.Null(MembershipMonitor.Judge([Course("layer4", 0.9)], 0));
    }

    /// <summary>Of trainings that leave no trace some 2.5 % are said to know their images: six layers, the same images at ten evaluations.</summary>
    [Fact]
    public void Judge_ImagesThatLeaveNoTrace_AreSaidToBeKnownAsRarelyAsPromised()
    {
        const int Repetitions = 2000, Few = 30;
        var random = new Random(1);
        int named = Enumerable.Range(0, Repetitions).Count(_ =>
        {
            var course = new List<Measurement>();
            for (int layer = 0; layer < 6; layer++)
            {
                double[] seen = Draws(), unseen = Draws();
                for (int epoch = 0; epoch < 10; epoch++)
                {
                    double[] Moved(double[] scores) => [.. scores.Select(score => score + (0.3 * MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1)))];
                    course.Add(new(epoch, $"layer{layer}", Measure.MembershipAuc, Membership.Auc(Moved(seen), Moved(unseen))));
                }
            }

            return MembershipMonitor.Judge([course], Few)!.Layers.Any(layer => layer.Since is not null);
        });
        Assert.InRange(named / (double)Repetitions, 0.010, 0.035);

        double[] Draws() => [.. Enumerable.Range(0, Few).Select(_ => MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1))];
    }

    private static Measurement[] Course(string layer, params double[] values) => Course(layer, Measure.MembershipAuc, values);

    private static Measurement[] Course(string layer, string measure, params double[] values) =>
        [.. values.Select((value, epoch) => new Measurement(epoch, layer, measure, value))];
}
