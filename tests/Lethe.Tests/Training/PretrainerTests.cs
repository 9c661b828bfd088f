using Lethe.Augmentation;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Runtime;
using Lethe.Tests.Methods;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Tests.Training;

[Collection(typeof(TorchCollection))]
public sealed class PretrainerTests : IDisposable
{
    private const int Epochs = 2;

    private readonly TemporaryFolder folder = new();

    private string CheckpointPath => folder["last.safetensors"];

    public void Dispose() => folder.Dispose();

    /// <summary>20 images, batches of 4: five steps an epoch, or two of two batches each, with one batch left over.</summary>
    [Theory]
    [InlineData("simclr", 1, "adam")]
    [InlineData("simclr", 2, "sgd")]
    [InlineData("vicreg", 2, "lars")]
    public void Train_InterruptedAnywhere_GoesOnBitForBit(string name, int accumulate, string optimiser)
    {
        TrainingOptions options =
            new() { Epochs = Epochs, BatchSize = 4, Accumulate = accumulate, Optimiser = optimiser, WarmUp = 0.2, EvaluateEvery = 1 };
        Outcome whole = Run(name, options, cancelAtStep: [], cancelInEvaluation: []);
        Assert.Equal(Epochs + 1, whole.Evaluations.Count(line => line.StartsWith("epoch", StringComparison.Ordinal)));
        int steps = Epochs * (5 / accumulate);
        for (int step = 1; step <= steps; step++)
            Equal(whole, Run(name, options, [step], []));
        for (int epoch = 0; epoch <= Epochs; epoch++)
            Equal(whole, Run(name, options, [], [epoch]));
        Equal(whole, Run(name, options, [1, 2, steps], [0, 1, Epochs]));
    }

    /// <summary>
    /// Every kind of state (queues, moments, momentum weights, prototypes, schedules) is in a checkpoint, or a bit differs here.
    /// </summary>
    [Theory]
    [MemberData(nameof(Tiny.MethodNames), MemberType = typeof(Tiny))]
    public void Train_EachMethodInterruptedOften_GoesOnBitForBit(string name)
    {
        TrainingOptions options = new() { Epochs = Epochs, BatchSize = 8, Optimiser = "adam", WarmUp = 0.2, EvaluateEvery = 1 };
        Equal(Run(name, options, [], []), Run(name, options, [1, 3], [1]));
    }

    [Theory]
    [MemberData(nameof(Tiny.MethodNames), MemberType = typeof(Tiny))]
    public void Train_EachMethod_KeepsTheNumberOfLiveTensors(string name) => KeepsTensors("adam", 1, steps: 8, name);

    /// <summary>With two batches a step, the last of an epoch is looked at; before the end of the warm-up none is.</summary>
    [Theory]
    [InlineData(0.0, new long[] { 2, 4 })]
    [InlineData(0.8, new long[] { 4 })]
    public void Train_Collapsed_SaysSoAtTheEndOfEachEpochAfterTheWarmUp(double warmUp, long[] expected)
    {
        using SslMethod method = Tiny.Method();
        using (no_grad())
        {
            foreach (var parameter in method.parameters())
                parameter.zero_();
        }

        using ViewLoader loader = Tiny.Loader(20, 4);
        TrainingOptions options = new() { Epochs = 2, BatchSize = 4, Accumulate = 2, WarmUp = warmUp };
        using var pretrainer = new Pretrainer(method, loader, options, 3, CPU);
        List<long> collapsed = [], looked = [];
        pretrainer.Train(
            stepped: step =>
            {
                if (step.Report.Collapse is { } reading)
                    looked.Add(step.Step);
                if (step.Report.Collapse is { Kind: not CollapseKind.None })
                    collapsed.Add(step.Step);
            },
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(expected, looked);
        Assert.Equal(expected, collapsed);
    }

    [Fact]
    public void Train_OtherSeed_GivesOtherWeights()
    {
        TrainingOptions options = new() { Epochs = 1, BatchSize = 4 };
        Assert.NotEqual(Run("simclr", options, [], []).Weights, Run("simclr", options, [], [], seed: 6).Weights);
    }

    [Fact]
    public void Train_Accumulated_AveragesGradientsOfItsBatches()
    {
        using var scope = NewDisposeScope();
        using SslMethod method = Tiny.Method(seed: 1), slow = Tiny.Method(seed: 1);
        using ViewLoader loader = Tiny.Loader(), again = Tiny.Loader();
        TrainingOptions options = new() { Epochs = 1, BatchSize = 4, Accumulate = 2, Optimiser = "sgd", Momentum = 0, WarmUp = 0, WeightDecay = 0, LearningRate = 0.1 };
        using var pretrainer = new Pretrainer(method, loader, options, 3, CPU);
        Assert.Equal((2, 2), (pretrainer.StepsPerEpoch, pretrainer.TotalSteps));
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => pretrainer.Train(stepped: _ => stop.Cancel(), cancellation: stop.Token));

        Tensor[] batches =
            [
                .. again.Batches(0, cancellation: TestContext.Current.CancellationToken).Take(2).Select(
                    batch => Lethe.Models.ImageTensor.FromPixels(batch.Pixels, 8, 16, 3, CPU).clone()),
            ];
        List<double> losses = [];
        slow.train();
        foreach (Tensor batch in batches)
        {
            MethodLoss loss = slow.Loss(Views.Pair(batch), new TrainingProgress(0, 2, 0, 0));
            losses.Add(Tiny.Value(loss.Total));
            loss.Total.backward();
        }

        using (no_grad())
        {
            foreach (var parameter in slow.parameters())
                parameter.add_(parameter.grad!, -0.1 / 2);
        }

        Assert.True(Tiny.RelativeError(method.parameters(), slow.parameters()) < 1e-6);
        Assert.Equal(losses.Average(), pretrainer.State.Means().Single(mean => mean.Name == "loss").Mean, 1e-6);
        Assert.Equal((1, 2), (pretrainer.State.Step, pretrainer.State.SumCount));
    }

    [Theory]
    [InlineData("simclr", "'ntXent' is NaN")]
    [InlineData("vicreg", "'invariance' is NaN, 'variance' is NaN, 'covariance' is NaN")]
    public void Train_NotFinite_NamesEpochStepAndTerm(string name, string terms)
    {
        using SslMethod method = Tiny.Method(name);
        using ViewLoader loader = Tiny.Loader();
        using var pretrainer = new Pretrainer(method, loader, new TrainingOptions { Epochs = 3, BatchSize = 4 }, 3, CPU);
        int saves = 0;
        void Poison(TrainingMoment.StepTaken step)
        {
            if (step.Step != 7)
                return;
            using IDisposable frozen = no_grad();
            method.state_dict()["backbone.layer1.0.conv1.weight"].fill_(float.NaN);
        }

        var error = Assert.Throws<TrainingException>(
            () => pretrainer.Train(save: () => saves++, stepped: Poison, cancellation: TestContext.Current.CancellationToken));
        Assert.Contains("epoch 2, step 8", error.Message, StringComparison.Ordinal);
        Assert.Contains(terms, error.Message, StringComparison.Ordinal);
        Assert.Contains("--learning-rate", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, saves); // the two evaluations; what broke is not saved
        Assert.Equal(7, pretrainer.State.Step);
    }

    [Fact]
    public void Constructor_TooFewBatches_IsRefused()
    {
        using SslMethod method = Tiny.Method();
        Assert.Contains(
            "larger than the 20 training images",
            Assert.Throws<InvalidOptionException>(() => Tiny.Loader(batchSize: 21)).Message,
            StringComparison.Ordinal);
        using ViewLoader loader = Tiny.Loader(batchSize: 20);
        Assert.Contains(
            "fewer than the 2 that one step takes",
            Assert.Throws<InvalidOptionException>(
                () => new Pretrainer(method, loader, new TrainingOptions { Accumulate = 2 }, 1, CPU)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Train_Evaluations_ComeFirstDueAndLast()
    {
        using SslMethod method = Tiny.Method();
        using ViewLoader loader = Tiny.Loader(8, 8);
        using var pretrainer = new Pretrainer(method, loader, new TrainingOptions { Epochs = 5, BatchSize = 8, EvaluateEvery = 2 }, 3, CPU);
        List<int> epochs = [];
        List<bool> modes = [];
        List<double> rates = [];
        pretrainer.Train(
            (epoch, means) =>
            {
                epochs.Add(epoch);
                Assert.Equal(epoch == 0 ? 0 : 2, means.Count);
                method.eval();
            },
            stepped: step =>
            {
                modes.Add(method.training);
                rates.Add(step.ImagesPerSecond);
            },
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([0, 2, 4, 5], epochs);
        Assert.Equal([true, true, true, true, true], modes);
        Assert.All(rates, rate => Assert.True(rate > 0));
    }

    /// <summary>What is done before an epoch is done once, wherever training is interrupted.</summary>
    [Fact]
    public void Train_InterruptedAndGoingOn_BeginsEachEpochOnce()
    {
        using SslMethod method = Tiny.Method();
        using ViewLoader loader = Tiny.Loader(8, 4);
        using var pretrainer = new Pretrainer(method, loader, new TrainingOptions { Epochs = 3, BatchSize = 4, EvaluateEvery = 3 }, 3, CPU);
        List<(int Epoch, long Step)> begun = [];
        for (int attempt = 0; pretrainer.State.Step < pretrainer.TotalSteps; attempt++)
        {
            Assert.True(attempt < 10);
            using var stop = new CancellationTokenSource();
            bool Begin(int epoch)
            {
                begun.Add((epoch, pretrainer.State.Step));
                stop.Cancel();
                return true;
            }

            try
            {
                pretrainer.Train(stepped: _ => stop.Cancel(), begin: Begin, cancellation: stop.Token);
            }
            catch (OperationCanceledException)
            {
                // goes on
            }
        }

        Assert.Equal([(0, 0), (1, 2), (2, 4)], begun);
    }

    [Fact]
    public void Train_ToldToStop_EndsAfterThatEvaluation()
    {
        using SslMethod method = Tiny.Method();
        using ViewLoader loader = Tiny.Loader(8, 8);
        using var pretrainer = new Pretrainer(method, loader, new TrainingOptions { Epochs = 6, BatchSize = 8, EvaluateEvery = 2 }, 3, CPU);
        int saves = 0;
        void Train() => pretrainer.Train(
            save: () => saves++, begin: _ => pretrainer.State.EvaluatedAt < 2, cancellation: TestContext.Current.CancellationToken);
        Train();
        Assert.Equal((2, 2, 2), (pretrainer.State.Step, pretrainer.State.EvaluatedAt, saves));
        Train(); // as after a resume
        Assert.Equal((2, 2), (pretrainer.State.Step, saves));
    }

    [Theory]
    [InlineData("adam", 1)]
    [InlineData("lars", 2)]
    public void Train_SixtySteps_KeepsTheNumberOfLiveTensors(string optimiser, int accumulate) =>
        KeepsTensors(optimiser, accumulate, steps: 60);

    [Fact(Explicit = true)]
    [Trait("Category", "Long")]
    public void Train_ThousandSteps_KeepsTensorsAndMemory()
    {
        (long atFirst, long atLast) = KeepsTensors("adam", 1, steps: 1000);
        Assert.True(atLast < atFirst + (16 << 20), $"{atFirst >> 20} MiB after 200 steps, {atLast >> 20} MiB after 1000");
    }

    private static (long AtFirst, long AtLast) KeepsTensors(string optimiser, int accumulate, int steps, string name = "simclr")
    {
        using SslMethod method = Tiny.Method(name);
        using ViewLoader loader = Tiny.Loader(16 * accumulate, 8);
        TrainingOptions options =
            new() { Epochs = steps / 2, BatchSize = 8, Accumulate = accumulate, Optimiser = optimiser, EvaluateEvery = steps };
        using var pretrainer = new Pretrainer(method, loader, options, 3, CPU);
        List<long> counts = [], bytes = [];
        LiveTensors.Settle();
        pretrainer.Train(
            stepped: _ =>
            {
                counts.Add(LiveTensors.Count);
                bytes.Add(LiveTensors.ResidentBytes);
            },
            cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(steps, counts.Count);
        // the optimiser's state and the gradients come with the first step
        Assert.All(counts.Skip(2), count => Assert.Equal(counts[2], count));
        return (bytes[steps / 5], bytes[^1]);
    }

    private static void Equal(Outcome expected, Outcome found)
    {
        Assert.Equal(expected.Weights, found.Weights);
        Assert.Equal(expected.Optimiser, found.Optimiser);
        Assert.Equal(expected.Evaluations, found.Evaluations);
    }

    /// <summary>Trains; each time it is cancelled, a new method and trainer take up the checkpoint.</summary>
    private Outcome Run(string name, TrainingOptions options, List<int> cancelAtStep, List<int> cancelInEvaluation, ulong seed = 5)
    {
        (cancelAtStep, cancelInEvaluation) = ([.. cancelAtStep], [.. cancelInEvaluation]);
        File.Delete(CheckpointPath);
        List<string> lines = [];
        for (int attempt = 0; ; attempt++)
        {
            Assert.True(attempt < 20);
            using SslMethod method = Tiny.Method(name, seed: File.Exists(CheckpointPath) ? 77 + attempt : 1);
            using ViewLoader loader = Tiny.Loader(batchSize: options.BatchSize, seed: seed);
            using var pretrainer = new Pretrainer(method, loader, options, seed, CPU);
            if (File.Exists(CheckpointPath))
                pretrainer.State = Checkpoint.Load(CheckpointPath, method, pretrainer.Optimiser);
            lines.RemoveRange((int)pretrainer.State.MetricsLength, lines.Count - (int)pretrainer.State.MetricsLength);
            using var stop = new CancellationTokenSource();
            try
            {
                pretrainer.Train(
                    (epoch, means) =>
                    {
                        if (cancelInEvaluation.Remove(epoch))
                            throw new OperationCanceledException();
                        method.eval();
                        lines.Add($"epoch {epoch}, rate {pretrainer.State.LearningRate:R}");
                        lines.AddRange(means.Select(mean => $"{mean.Name} {mean.Mean:R}"));
                        pretrainer.State.MetricsLength = lines.Count;
                    },
                    () => Checkpoint.Save(CheckpointPath, method, pretrainer.Optimiser, pretrainer.State),
                    step =>
                    {
                        if (cancelAtStep.Remove((int)step.Step))
                            stop.Cancel();
                    },
                    cancellation: stop.Token);
                Assert.Empty(cancelAtStep);
                Assert.Empty(cancelInEvaluation);
                return new Outcome(Tiny.Bits(method), Tiny.Bits(pretrainer.Optimiser.State), lines);
            }
            catch (OperationCanceledException)
            {
                lines.Add("after the checkpoint"); // an interruption can leave more behind than the checkpoint knows of
            }
        }
    }

    private sealed record Outcome(
        SortedDictionary<string, string> Weights, SortedDictionary<string, string> Optimiser, List<string> Evaluations);
}
