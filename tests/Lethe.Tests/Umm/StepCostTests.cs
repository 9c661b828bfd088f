using Lethe.Methods;
using Lethe.Models;
using Lethe.Tests.Methods;
using Lethe.Umm;

namespace Lethe.Tests.Umm;

[Collection<TorchCollection>]
public sealed class StepCostTests
{
    // Put together by hand: loss, volume, back, alignment; loss, back; what is taken apart; the second order.
    public static TheoryData<UmmOptions, bool, int, int> Steps() => new()
    {
        { new(), false, 1, 1 + 1 + 2 + 2 + 1 + 2 },
        { new(), true, 1, 2 + 1 + 2 + 2 + 2 + 2 },
        { new() { Beta = 0 }, false, 1, 1 + 1 + 2 + 1 + 2 },
        { new() { CutAlignment = true }, false, 1, 1 + 1 + 2 + 1 + 2 },
        { new() { Dose = "share" }, false, 1, 1 + 1 + 2 + 2 + 2 + 1 + 2 + 2 },
        { new() { Dose = "share", Alpha = 0 }, false, 1, 1 + 1 + 2 + 2 + 2 + 1 + 2 },
        { new() { Dose = "share", Beta = 0 }, false, 1, 1 + 1 + 2 + 1 + 2 + 2 },
        { new() { Dose = "share", Volume = "jacobian-norm", Probes = 4 }, false, 1, 1 + 5 + 2 + 10 + 1 + 2 + 2 },
        { new() { OuterBatch = "fresh" }, false, 2, 1 + 1 + 2 + 2 + 1 + 2 },
        { new() { Volume = "jacobian-norm", Probes = 4 }, false, 1, 1 + 5 + 2 + 10 + 1 + 2 },
        { new() { Volume = "jacobian-norm", Probes = 8 }, false, 1, 1 + 9 + 2 + 18 + 1 + 2 },
        { new() { Volume = "jacobian-volume", Probes = 8 }, false, 1, 1 + 7 + 2 + 14 + 1 + 2 },
        { new() { Hypergradient = "finite-difference" }, false, 1, 9 + (2 * 6) },
        { new() { Hypergradient = "exact" }, false, 1, 9 + 6 + (2 * 6) },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Steps))]
    public void OfMechanism_EachOption_CountsItsPasses(UmmOptions options, bool hasMomentum, int early, int late) =>
        Assert.Equal(new StepCost(early, late), StepCost.OfMechanism(options, dimension: 6, hasMomentum));

    [Theory]
    [InlineData("resnet18", 1_813_561_344)]
    [InlineData("resnet50", 4_087_136_256)]
    public void MultiplyAdds_PublishedNetwork_AreThePublishedOnesWithoutTheClassifier(string name, double expected)
    {
        using var network = new ResNet(new BackboneOptions { Backbone = name, Width = 64 }, 3, 224);
        double early = network.MultiplyAdds(SplitPoint.Input, SplitPoint.Layer2);
        Assert.Equal(expected, early + network.MultiplyAdds(SplitPoint.Layer2, SplitPoint.Layer4));
    }

    [Fact]
    public void EqualSteps_ByHand_IsTheRatioOfCosts()
    {
        using SslMethod simclr = Tiny.Method(), byol = Tiny.Method("byol");
        Assert.Equal((300, 275), (Ratio(simclr, 9.0 / 3), Ratio(byol, 11.0 / 4)));

        // With nothing frozen but the stem, late layers are nearly all; so many iterations show what the heads cost.
        static int Ratio(SslMethod method, double late)
        {
            ResNet network = method.Backbone;
            double frozen = network.MultiplyAdds(SplitPoint.Input, SplitPoint.Stem);
            double rest = network.MultiplyAdds(SplitPoint.Stem, SplitPoint.Layer4)
                + method.parameters().Where(p => p.requires_grad && p.dim() == 2).Sum(p => p.numel());
            double plain = late == 3 ? 3 : 4, expected = 1e6 * (frozen + (late * plain * rest)) / (frozen + (plain * rest));
            Assert.Equal((int)Math.Round(expected), StepCost.EqualSteps(new UmmOptions { Split = "stem", Iterations = 1_000_000 }, method));
            return (int)Math.Round(100 * late);
        }
    }
}
