using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Training;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

[Collection<TorchCollection>]
public sealed class ExtensionTests : IDisposable
{
    private const int Short = 2, Long = 4;

    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => small.Dispose();

    /// <summary>A run that was done, or interrupted in its warm-up or later, and made longer, is the one that was begun as long.</summary>
    [Theory]
    [InlineData("simclr", null)]
    [InlineData("simclr", 1)]
    [InlineData("simclr", 4)]
    [InlineData("moco", null)]
    public void Prepare_ConstantRate_GivesTheBitsOfARunBegunAsLong(string method, int? interruptedAt)
    {
        RunOptions options = Constant(method);
        if (interruptedAt is { } step)
        {
            using var stop = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(() => small.Start(
                "run", options,
                SmallRun.CancelWhen(stop, progress => progress is { Stage: "pre-training" } && progress.Done == step), stop.Token));
        }
        else
        {
            small.Start("run", options, cancellation: Token);
        }

        Extension.Prepare(small["run"], Long);
        RunDirectory run = Pretraining.Resume(small["run"], SmallRun.Machine, cancellation: Token).Run;
        RunManifest manifest = run.LoadManifest();
        Assert.Equal(RunStatus.Done, manifest.Status);
        Assert.Equal(Long, manifest.Pretraining.Training.Epochs);
        Assert.Contains(manifest.Notes, note => note.Contains("begun with 2 epochs and made longer, to 4", StringComparison.Ordinal));

        // The warm-up has the two steps that it began with, not two fifths of the longer run.
        RunDirectory whole = small.Start("whole", manifest.Pretraining, cancellation: Token).Run;
        Assert.Equal(File.ReadAllText(whole.MetricsPath), File.ReadAllText(run.MetricsPath));
        Assert.Equal(File.ReadAllBytes(whole.Checkpoints.LastPath), File.ReadAllBytes(run.Checkpoints.LastPath));
        Assert.Equal(File.ReadAllBytes(whole.EncoderPath), File.ReadAllBytes(run.EncoderPath));
        double[] rates = [.. run.LoadMeasurements().Where(m => m.Name == Lethe.Diagnostics.Measure.LearningRate).Select(m => m.Value)];
        Assert.All(rates, rate => Assert.Equal(options.Training.PeakLearningRate(), rate));
    }

    [Fact]
    public void Prepare_WhatDependsOnTheLength_IsRefusedWithAWayOut()
    {
        RunOptions constant = Constant("simclr");
        Refused("cosine", small.Options, "--schedule cosine", "--init");
        Refused("step", constant with { Training = constant.Training with { Schedule = "step" } }, "--schedule step");
        Refused(
            "byol", constant with { Method = "byol", MethodOptions = new ByolOptions { ProjectorHidden = 16, ProjectorOutput = 8, PredictorHidden = 16 } },
            "Start a new run with --schedule-target-momentum false");
        Refused("stop", constant with { StopOnMemorisation = true }, "it was to stop at memorisation");
        RunDirectory undone = small.Start("undone", constant, cancellation: Token).Run;
        RunDirectory.Create(undone.UndoPath("u")).SaveManifest(undone.LoadManifest() with { Umm = SmallRun.Undo, Kind = RunKind.Umm });
        Assert.Contains("its undos ('u') belong to", Message(undone.Path), StringComparison.Ordinal);
        Assert.Contains("holds an undo", Message(undone.UndoPath("u")), StringComparison.Ordinal);

        void Refused(string name, RunOptions options, params string[] words)
        {
            RunDirectory run = small.Start(name, options, cancellation: Token).Run;
            string before = File.ReadAllText(run.ManifestPath), message = Message(run.Path);
            Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
            Assert.Equal(before, File.ReadAllText(run.ManifestPath));
        }

        static string Message(string path) => Assert.ThrowsAny<LetheException>(() => Extension.Prepare(path, Long)).Message;
    }

    /// <summary>Numbers of the weights that it had are not those of the weights that it will have.</summary>
    [Fact]
    public void Prepare_EvaluatedRun_ForgetsWhatWasMeasuredOfItsLastWeights()
    {
        RunDirectory run = small.Start("run", Constant("simclr"), cancellation: Token).Run;
        EvaluationRecord untrained = new(EvaluationStage.Untrained, "layer4", "probes", "knnAccuracy", 0.5);
        EvaluationRecord kept = untrained with { Stage = EvaluationStage.Before, Epoch = 1 };
        run.SaveEvaluation([untrained, kept, kept with { Epoch = null }]);
        Extension.Prepare(run.Path, Long);
        Assert.Equal([untrained, kept], run.LoadEvaluation());
    }

    private RunOptions Constant(string method) => small.Options with
    {
        Method = method,
        MethodOptions = method == "moco"
            ? new MocoOptions { ProjectorHidden = 16, ProjectorOutput = 8, QueueLength = 16 }
            : small.Options.MethodOptions,
        Training = small.Options.Training with { Epochs = Short, Schedule = LearningRateSchedule.Constant, WarmUp = 0.4 },
    };
}
