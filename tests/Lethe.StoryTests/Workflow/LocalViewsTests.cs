using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

/// <summary>SwAV with local views and queues, the method with the most that a run must carry.</summary>
[Collection(typeof(TorchCollection))]
public sealed class LocalViewsTests : IDisposable
{
    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RunOptions Options => small.Options with
    {
        Views = AugmentationOptions.Named("simclr") with { LocalViews = 2 },
        Method = "swav",
        MethodOptions = new SwAvOptions { Prototypes = 6, ProjectorHidden = 16, ProjectorOutput = 8, QueueLength = 8, QueueStartEpoch = 0 },
    };

    public void Dispose() => small.Dispose();

    [Fact]
    public void Pretraining_CancelledWithQueuesAndLocalViews_GoesOnToTheSameWeights()
    {
        RunDirectory whole = small.Start("whole", Options, cancellation: Token).Run;
        foreach (int step in (int[])[1, 3, 5])
        {
            using var stop = new CancellationTokenSource();
            IProgress<WorkflowProgress> progress = SmallRun.CancelWhen(stop, now => now.Stage == "pre-training" && now.Done == step);
            Assert.ThrowsAny<OperationCanceledException>(() => small.Start($"run{step}", Options, progress, stop.Token));
            RunDirectory run = Pretraining.Resume(small[$"run{step}"], SmallRun.Machine, cancellation: Token).Run;
            Assert.Equal(Checkpoint(whole), Checkpoint(run));
        }

        RunDirectory full = small.Start("full", Options with { Views = AugmentationOptions.Named("simclr") }, cancellation: Token).Run;
        Assert.NotEqual(Checkpoint(whole), Checkpoint(full));

        static byte[] Checkpoint(RunDirectory run) => File.ReadAllBytes(Path.Combine(run.CheckpointFolder, "last.safetensors"));
    }

    [Fact]
    public void Undoing_OfLocalViews_UsesTheFullSizeOnesAlone()
    {
        (RunDirectory run, Session session) = small.Start("run", Options, cancellation: Token);
        RunDirectory undo = SmallRun.RunUndo(run, session, cancellation: Token);
        Assert.Equal(RunStatus.Done, undo.LoadManifest().Status);
        using ViewLoader training = session.CreateLoader(8, 1), undoing = session.CreateLoader(8, 1, localViews: false);
        Assert.Equal(
            (2, 16),
            (training.Batches(0, cancellation: Token).First().Local!.ViewsPerImage, training.Batches(0, cancellation: Token).First().Local!.Size));
        Assert.Null(undoing.Batches(0, cancellation: Token).First().Local);
    }

    [Fact]
    public void Start_LocalSizeAboveTheImages_LeavesNoRunBehind()
    {
        RunOptions options = Options with { Views = Options.Views with { LocalSize = 20 } };
        Assert.Contains(
            "--local-size 20",
            Assert.Throws<InvalidOptionException>(() => small.Start("run", options, cancellation: Token)).Message,
            StringComparison.Ordinal);
        Assert.False(Directory.Exists(small["run"]));
    }
}
