using Lethe.Runtime;
using Lethe.Umm;

namespace Lethe.Tests.Umm;

public class UmmOptionsTests
{
    public static TheoryData<UmmOptions, string> Bad() => new()
    {
        { new() { Split = "layer4" }, "stem, layer1, layer2 or layer3" },
        { new() { Volume = "jacobian" }, "loss-gradient, jacobian-volume or jacobian-norm" },
        { new() { Hypergradient = "second-order" }, "first-order, finite-difference or exact" },
        { new() { FiniteDifferenceRadius = 0 }, "--finite-difference-radius" },
        { new() { Probes = 0 }, "--probes" },
        { new() { VolumeFloor = 0 }, "--volume-floor" },
        { new() { VolumeFloor = double.NaN }, "--volume-floor" },
        { new() { Iterations = 0 }, "--iterations" },
        { new() { BatchSize = 1 }, "--batch-size" },
        { new() { BatchSize = -4 }, "--batch-size" },
        { new() { Alpha = -1 }, "--alpha" },
        { new() { Alpha = double.NaN }, "--alpha" },
        { new() { Beta = double.PositiveInfinity }, "--beta" },
        { new() { InnerLearningRate = 0 }, "--inner-learning-rate" },
        { new() { OuterLearningRate = double.PositiveInfinity }, "--outer-learning-rate" },
        { new() { InnerLearningRate = double.NaN }, "--inner-learning-rate" },
        { new() { OuterOptimiser = "rmsprop" }, "sgd, adam, adamw or lars" },
        { new() { EpsilonSquared = -0.1 }, "--epsilon-squared" },
        { new() { EpsilonSquared = double.PositiveInfinity }, "--epsilon-squared" },
        { new() { EvaluateIterations = -1 }, "--evaluate-iterations" },
        { new() { Dose = "half" }, "raw or share" },
        { new() { LevelOne = "drop" }, "look-ahead or keep" },
        { new() { OuterBatch = "other" }, "same or fresh" },
        { new() { InnerStep = "lars" }, "sgd, normalised or adam" },
        { new() { RateConvention = "paper" }, "features or code" },
        { new() { Remedy = "zca" }, "umm, continue, whiten, rewind or average" },
        { new() { Remedy = "whiten", WhitenEpsilon = 0 }, "--whiten-epsilon" },
        { new() { RewindEpoch = -1 }, "--rewind-epoch" },
        { new() { AverageFrom = 3 }, "--average-from belongs to --remedy average" },
        { new() { Remedy = "average", Reestimate = true }, "--reestimate belongs to --remedy rewind" },
        { new() { LevelOne = "keep", Hypergradient = "exact" }, "--hypergradient first-order" },
        { new() { InnerStep = "adam", Hypergradient = "finite-difference" }, "--inner-step normalised" },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Bad))]
    public void Validate_BadValue_SaysWhatToUse(UmmOptions options, string named) =>
        Assert.Contains(named, Assert.Throws<InvalidOptionException>(options.Validate).Message, StringComparison.Ordinal);

    [Fact]
    public void WithRivals_OfAnyUmm_RecordsEachAlike()
    {
        UmmOptions usual = new() { RewindEpoch = 8 }, other = usual with { Alpha = 1, Dose = "share", Iterations = 7 };
        IReadOnlyList<UmmOptions> rivals = usual.WithRivals(), others = other.WithRivals();
        Assert.Equal(UmmOptions.Remedies, rivals.Select(one => one.Remedy));
        Assert.Equal(rivals.Skip(2), others.Skip(2));
        Assert.Equal(other with { RewindEpoch = 0 }, others[0]);
        Assert.Equal(other with { RewindEpoch = 0, Remedy = "continue", Control = false }, others[1]);
        Assert.Equal([0, 0, 0, 8, 0], rivals.Select(one => one.RewindEpoch));
        Assert.Equal([true, false, false, false, false], rivals.Select(one => one.Control));
        Assert.All(rivals, one => one.Validate());
    }

    [Theory]
    [InlineData("umm", false, true)]
    [InlineData("continue", false, true)]
    [InlineData("whiten", false, false)]
    [InlineData("rewind", false, false)]
    [InlineData("rewind", true, true)]
    [InlineData("average", false, true)]
    public void TakesBatches_OfARemedy_IsWhetherLateLayersSeeTrainingImages(string remedy, bool reestimate, bool expected) =>
        Assert.Equal(expected, new UmmOptions { Remedy = remedy, Reestimate = reestimate }.TakesBatches);

    [Fact]
    public void Distortion_LeftOpen_IsThatOfTheConvention()
    {
        UmmOptions code = new() { RateConvention = "code" };
        Assert.Equal(
            (0.5, 0.1, 0.2), (new UmmOptions().Distortion(), code.Distortion(), (code with { EpsilonSquared = 0.2 }).Distortion()));
    }

    [Fact]
    public void EvaluationInterval_Default_SpreadsFive()
    {
        new UmmOptions().Validate();
        Assert.Equal(
            (20, 1, 7),
            (
                new UmmOptions().EvaluationInterval(), new UmmOptions { Iterations = 3 }.EvaluationInterval(),
                new UmmOptions { EvaluateIterations = 7 }.EvaluationInterval()));
    }
}
