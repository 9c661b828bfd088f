using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Tests.Methods;
using Lethe.Tests.Training;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

[Collection(typeof(TorchCollection))]
public sealed class InterleavingTests : IDisposable
{
    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => small.Dispose();

    [Fact]
    public void Pretraining_EveryEpoch_TakesStepsInBetweenAndSaysSo()
    {
        RunDirectory run = small.Start("run", Interleaved(every: 1), cancellation: Token).Run,
            plain = small.Start("plain", Interleaved(every: 0), cancellation: Token).Run;
        IReadOnlyList<Measurement> metrics = run.LoadMetrics().Measurements;
        Assert.Equal([1, 2], metrics.Where(m => m is { Layer: Measure.Run, Name: Measure.JensenShannon }).Select(m => m.Epoch));
        Assert.Single(metrics, m => m is { Epoch: 1, Layer: Measure.Run, Name: Measure.Loss });
        Assert.Contains(run.LoadManifest().Notes, note => note.Contains("not in the paper", StringComparison.Ordinal));
        Assert.DoesNotContain(plain.LoadManifest().Notes, note => note.Contains("not in the paper", StringComparison.Ordinal));
        IReadOnlyList<Measurement> without = plain.LoadMetrics().Measurements;
        string[] ofUmm = [Measure.JensenShannon, Measure.LevelOneLoss, Measure.LevelTwoLoss, Measure.BatchReduction, Measure.VolumeSpread];
        Assert.Equal(without.Where(m => m.Epoch <= 1), metrics.Where(m => m.Epoch <= 1 && !ofUmm.Contains(m.Name)));
        Assert.NotEqual(LossAtTheEnd(without), LossAtTheEnd(metrics));

        static double LossAtTheEnd(IReadOnlyList<Measurement> of) => of.Last(m => m.Name == Measure.Loss).Value;
    }

    [Fact]
    public void Before_AnEpoch_ChangesTheLateLayersAndLeavesAllTrainable()
    {
        Session session = Session.Create(Interleaved(every: 2), SmallRun.Machine, cancellation: Token);
        var interleaving = new Interleaving(session);
        using SslMethod method = session.CreateMethod();
        bool[] trained = [.. method.parameters().Select(parameter => parameter.requires_grad)];
        SortedDictionary<string, string> before = Tiny.Bits(method);
        Assert.Empty(interleaving.Before(method, 0));
        Assert.Empty(interleaving.Before(method, 1));
        Assert.Equal(before, Tiny.Bits(method));

        Assert.NotEmpty(interleaving.Before(method, 2));
        string[] changed = [.. Tiny.Bits(method).Where(pair => before[pair.Key] != pair.Value).Select(pair => pair.Key)];
        Assert.Contains(changed, name => name.StartsWith("backbone.layer4.", StringComparison.Ordinal));
        Assert.DoesNotContain(
            changed,
            name => name.StartsWith("backbone.layer1.", StringComparison.Ordinal) || name.StartsWith(
                "backbone.conv1", StringComparison.Ordinal));
        Assert.Equal(trained, method.parameters().Select(parameter => parameter.requires_grad));

        LiveTensors.Settle();
        long live = LiveTensors.Count;
        interleaving.Before(method, 4);
        Assert.Equal(live, LiveTensors.Count);
    }

    /// <summary>A method with a queue and a momentum encoder, which UMM moves as well.</summary>
    [Fact]
    public void Pretraining_CancelledAnywhere_GoesOnToTheSameBytes()
    {
        RunOptions options = Interleaved(every: 1) with { Method = "moco", MethodOptions = MethodRegistry.Find("moco").DefaultOptions };
        RunDirectory whole = small.Start("whole", options, cancellation: Token).Run;
        Func<WorkflowProgress, bool>[] moments =
        [
            progress => progress is { Stage: "pre-training", Done: 3 }, // the last step of an epoch, before UMM
            progress => progress.Stage == "undoing" && progress.Detail.StartsWith("after epoch 1 ", StringComparison.Ordinal),
            progress => progress is { Stage: "pre-training", Done: 4 },
            progress => progress.Stage == "undoing" && progress.Detail.StartsWith("after epoch 2 ", StringComparison.Ordinal),
        ];
        foreach ((int i, Func<WorkflowProgress, bool> moment) in moments.Index())
        {
            using var stop = new CancellationTokenSource();
            IProgress<WorkflowProgress> cancel = SmallRun.CancelWhen(stop, moment);
            Assert.ThrowsAny<OperationCanceledException>(() => i == 0
                ? small.Start("run", options, cancel, stop.Token)
                : Pretraining.Resume(small["run"], SmallRun.Machine, progress: cancel, cancellation: stop.Token));
        }

        RunDirectory run = Pretraining.Resume(small["run"], SmallRun.Machine, cancellation: Token).Run;
        Assert.Equal(File.ReadAllText(whole.MetricsPath), File.ReadAllText(run.MetricsPath));
        Assert.Equal(File.ReadAllBytes(Last(whole)), File.ReadAllBytes(Last(run)));

        // As if the process had been killed within the first steps after UMM.
        var kill = new Inline<WorkflowProgress>(progress =>
        {
            if (progress is { Stage: "pre-training", Done: 5 })
                throw new InvalidOperationException("killed");
        });
        Assert.Throws<InvalidOperationException>(() => small.Start("killed", options, kill, Token));
        RunDirectory killed = Pretraining.Resume(small["killed"], SmallRun.Machine, cancellation: Token).Run;
        Assert.Equal(File.ReadAllText(whole.MetricsPath), File.ReadAllText(killed.MetricsPath));
        Assert.Equal(File.ReadAllBytes(Last(whole)), File.ReadAllBytes(Last(killed)));
    }

    private static string Last(RunDirectory run) => Path.Combine(run.CheckpointFolder, "last.safetensors");

    private RunOptions Interleaved(int every) => small.Options with
    {
        Training = small.Options.Training with { Epochs = 3 },
        Interleaving = new InterleavingOptions { UmmEvery = every, UmmIterations = 2, UmmSplit = "layer1" },
    };
}
