using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Runtime;
using Lethe.Tests.Methods;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Tests.Training;

/// <summary>20 images in batches of 4: five steps an epoch.</summary>
[Collection(typeof(TorchCollection))]
public sealed class FrozenStartTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Tiny.MethodNames), MemberType = typeof(Tiny))]
    public void Train_EveryLayerFrozen_MovesHeadsAlone(string name)
    {
        using SslMethod method = Tiny.Method(name);
        SortedDictionary<string, string> before = Tiny.Bits(method);
        Train(method, new TrainingOptions { Epochs = 1, BatchSize = 8, Freeze = "layer4" });
        SortedDictionary<string, string> after = Tiny.Bits(method);
        Assert.All(before.Where(pair => IsBackbone(pair.Key)), pair => Assert.Equal(pair.Value, after[pair.Key]));
        Assert.Contains(before, pair => !IsBackbone(pair.Key) && pair.Value != after[pair.Key]);
    }

    /// <summary>Batch-norm's statistics are weights like others here: they are in the bits.</summary>
    [Fact]
    public void Train_LateLayersTrained_KeepsTheEarlyOnes()
    {
        using SslMethod method = Tiny.Method();
        SortedDictionary<string, string> before = Tiny.Bits(method);
        Train(method, new TrainingOptions { Epochs = 1, BatchSize = 4, Freeze = "layer2" });
        SortedDictionary<string, string> after = Tiny.Bits(method);
        string[] early = ["conv1", "bn1", "layer1", "layer2"];
        Assert.All(before.Where(pair => IsBackbone(pair.Key)), pair => Assert.Equal(
            early.Contains(pair.Key.Split('.')[1]), pair.Value == after[pair.Key]));
    }

    [Fact]
    public void Train_AfterTheFrozenEpochs_MovesEveryLayer()
    {
        using SslMethod method = Tiny.Method();
        SortedDictionary<string, string> before = Tiny.Bits(method);
        TrainingOptions options = new() { Epochs = 2, BatchSize = 4, Freeze = "layer3", FreezeEpochs = 1 };
        Train(method, options);
        SortedDictionary<string, string> after = Tiny.Bits(method);
        Assert.All(before.Where(pair => IsBackbone(pair.Key)), pair => Assert.NotEqual(pair.Value, after[pair.Key]));
    }

    /// <summary>
    /// The optimiser of the second epoch is the one of a training that begins there: moments of heads from before, or a count of steps that
    /// a fresh moment has not seen, would give other bits.
    /// </summary>
    [Fact]
    public void Train_AfterTheFrozenEpochs_BeginsWithAFreshOptimiser()
    {
        TrainingOptions options = new() { Epochs = 2, BatchSize = 4, Freeze = "layer3", FreezeEpochs = 1 };
        using SslMethod method = Tiny.Method();
        using ViewLoader loader = Tiny.Loader();
        using var trainer = new Pretrainer(method, loader, options, 3, CPU);
        List<long> counts = [];
        trainer.Train(stepped: _ => counts.Add(trainer.Optimiser.State["/step"].item<long>()), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 3, 4, 5, 1, 2, 3, 4, 5], counts);
    }

    [Theory]
    [InlineData("simclr")]
    [InlineData("byol")]
    [InlineData("swav")]
    public void Train_InterruptedAnywhere_GoesOnBitForBit(string name)
    {
        TrainingOptions options = new() { Epochs = 2, BatchSize = 4, Freeze = "layer2", FreezeEpochs = 1 };
        using SslMethod whole = Tiny.Method(name);
        Train(whole, options);
        string path = folder["last.safetensors"];
        for (int cut = 1; cut < 10; cut += 2)
        {
            using (SslMethod method = Tiny.Method(name))
            using (ViewLoader loader = Tiny.Loader())
            using (var trainer = new Pretrainer(method, loader, options, 3, CPU))
            {
                foreach (TrainingMoment.StepTaken step in TrainingLoop.Steps(trainer, TestContext.Current.CancellationToken))
                {
                    if (step.Step == cut)
                        break;
                }

                Checkpoint.Save(path, method, trainer.Optimiser, trainer.State);
            }

            using SslMethod again = Tiny.Method(name, seed: 77);
            using ViewLoader rest = Tiny.Loader();
            using var resumed = new Pretrainer(again, rest, options, 3, CPU);
            resumed.State = Checkpoint.Load(path, again, resumed.Optimiser);
            TrainingLoop.Finish(resumed, TestContext.Current.CancellationToken);
            Assert.Equal(Tiny.Bits(whole), Tiny.Bits(again));
        }
    }

    [Fact]
    public void Validate_EpochsWithoutALayer_SaysWhatIsMissing() => Assert.Contains(
        "--freeze stem to layer4",
        Assert.Throws<InvalidOptionException>(() => new TrainingOptions { FreezeEpochs = 3 }.Validate()).Message,
        StringComparison.Ordinal);

    private static bool IsBackbone(string name) => name.StartsWith("backbone.", StringComparison.Ordinal);

    private static void Train(SslMethod method, TrainingOptions options)
    {
        using ViewLoader loader = Tiny.Loader(batchSize: options.BatchSize);
        using var trainer = new Pretrainer(method, loader, options, 3, CPU);
        TrainingLoop.Finish(trainer, TestContext.Current.CancellationToken);
    }
}
