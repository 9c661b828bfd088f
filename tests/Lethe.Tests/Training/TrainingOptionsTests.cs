using Lethe.Runtime;
using Lethe.Training;

namespace Lethe.Tests.Training;

public class TrainingOptionsTests
{
    public static TheoryData<TrainingOptions, string> Bad() => new()
    {
        { new() { Epochs = -1 }, "--epochs" },
        { new() { BatchSize = 1 }, "--batch-size" },
        { new() { Optimiser = "rmsprop" }, "sgd, adam, adamw or lars" },
        { new() { LearningRate = -1 }, "--learning-rate" },
        { new() { LearningRate = double.NaN }, "--learning-rate" },
        { new() { WeightDecay = -1 }, "--weight-decay" },
        { new() { WeightDecay = double.PositiveInfinity }, "--weight-decay" },
        { new() { Momentum = 1 }, "--momentum" },
        { new() { WarmUp = 1 }, "--warm-up" },
        { new() { Accumulate = 0 }, "--accumulate" },
        { new() { EvaluateEvery = -1 }, "--evaluate-every" },
        { new() { CheckpointMinutes = double.NaN }, "--checkpoint-minutes" },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Bad))]
    public void Validate_BadValue_NamesTheOption(TrainingOptions options, string named) =>
        Assert.Contains(named, Assert.Throws<InvalidOptionException>(options.Validate).Message, StringComparison.Ordinal);

    [Fact]
    public void Defaults_OfEachOptimiser_AreAsDocumented()
    {
        new TrainingOptions().Validate();
        Assert.Equal(
            [0.06, 1e-3, 1e-3, 0.3],
            Optimiser.Names.Select(name => new TrainingOptions { Optimiser = name }.PeakLearningRate()));
        Assert.Equal(0.5, new TrainingOptions { LearningRate = 0.5 }.PeakLearningRate());
        Assert.Equal(
            (10, 1, 3),
            (
                new TrainingOptions().EvaluationInterval(), new TrainingOptions { Epochs = 5 }.EvaluationInterval(),
                new TrainingOptions { EvaluateEvery = 3 }.EvaluationInterval()));
    }
}
