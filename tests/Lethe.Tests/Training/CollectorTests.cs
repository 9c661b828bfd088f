using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Tests.Methods;
using Lethe.Training;
using Lethe.Umm;
using static TorchSharp.torch;

namespace Lethe.Tests.Training;

/// <summary>
/// Training gives the same bits however often the collector runs beside it: torch is given nothing that can be taken away meanwhile.
/// </summary>
[Collection(typeof(TorchCollection))]
public class CollectorTests
{
    [Theory]
    [InlineData("barlow-twins", "adam")]
    [InlineData("vicreg", "lars")]
    [InlineData("moco", "sgd")]
    public void Pretrain_CollectorBeside_GivesTheSameBits(string method, string optimiser) =>
        GivesTheSameBits(() => Pretrained(method, optimiser, steps: 10));

    [Theory]
    [InlineData("simclr", "finite-difference")]
    [InlineData("corinfomax", "exact")]
    public void Umm_CollectorBeside_GivesTheSameBits(string method, string hypergradient) =>
        GivesTheSameBits(() => Undone(method, hypergradient, steps: 3));

    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public void Pretrain_TenThousandStepsWithACollector_KeepBitsTensorsAndMemory()
    {
        const int Steps = 10_000;
        List<long> counts = [], bytes = [];
        LiveTensors.Settle();
        GivesTheSameBits(() => Pretrained("barlow-twins", "adam", Steps, () =>
        {
            counts.Add(LiveTensors.Count);
            bytes.Add(LiveTensors.ResidentBytes);
        }));
        Assert.Equal(2 * Steps, counts.Count);
        Assert.All(counts[(Steps + 2)..], count => Assert.Equal(counts[Steps + 2], count));
        (long first, long last) = (bytes[Steps + Steps / 5], bytes[^1]);
        Assert.True(
            last < first + (16 << 20), $"{first >> 20} MiB after {Steps / 5} steps beside the collector, {last >> 20} MiB after {Steps}");
    }

    private static void GivesTheSameBits(Func<SortedDictionary<string, string>> train)
    {
        SortedDictionary<string, string> alone = train();
        using var collector = new BusyCollector();
        int before = collector.Collections;
        Assert.Equal(alone, train());
        Assert.True(collector.Collections > before + 10, $"{collector.Collections} collections");
    }

    private static SortedDictionary<string, string> Pretrained(string name, string optimiser, int steps, Action? afterStep = null)
    {
        using SslMethod method = Tiny.Method(name);
        using ViewLoader loader = Tiny.Loader(16, 8);
        TrainingOptions options = new() { Epochs = steps / 2, BatchSize = 8, Optimiser = optimiser, EvaluateEvery = steps };
        using var pretrainer = new Pretrainer(method, loader, options, 3, CPU);
        pretrainer.Train(stepped: _ => afterStep?.Invoke(), cancellation: TestContext.Current.CancellationToken);
        return Tiny.Bits(method.state_dict().Concat(pretrainer.Optimiser.State));
    }

    private static SortedDictionary<string, string> Undone(string name, string hypergradient, int steps)
    {
        using SslMethod method = Tiny.Method(name);
        using ViewLoader loader = Tiny.Loader();
        UmmOptions options = new()
        {
            Iterations = steps, BatchSize = 4, EvaluateIterations = steps, OuterLearningRate = 1e-3, Hypergradient = hypergradient,
        };
        using var trainer = new UmmTrainer(method, loader, options, control: false, 3, CPU);
        trainer.Train(cancellation: TestContext.Current.CancellationToken);
        return Tiny.Bits(method.state_dict().Concat(trainer.Optimiser.State));
    }
}
