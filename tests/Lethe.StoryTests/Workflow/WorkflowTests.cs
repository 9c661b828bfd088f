using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Tests.Augmentation;
using Lethe.Tests.Training;
using Lethe.Training;
using Lethe.Umm;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

[Collection(typeof(TorchCollection))]
public sealed class WorkflowTests : IDisposable
{
    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => small.Dispose();

    [Fact]
    public void WholeStory_GeneratedImages_FillsTheRunDirectory()
    {
        (RunDirectory run, Session session) = small.Start("run", cancellation: Token);
        RunDirectory undo = SmallRun.RunUndo(run, session, cancellation: Token);
        Evaluating.Run(run, session, cancellation: Token);

        RunManifest manifest = run.LoadManifest();
        Assert.Equal((RunKind.Pretrain, RunStatus.Done, "SimCLR", 4UL), (manifest.Kind, manifest.Status, manifest.Method, manifest.Seed));
        Assert.Equal(
            (24, 8, 8, 2, 16, 3),
            (
                manifest.Data.TrainCount, manifest.Data.ProbeCount, manifest.Data.TestCount, manifest.Data.ClassCount,
                manifest.Data.ImageSize, manifest.Data.Channels));
        Assert.Equal(small.Options with { Views = small.Options.Views.For(16) }, manifest.Pretraining);
        Assert.True(manifest.Timings!.Seconds > 0 && manifest.Timings.ImagesPerSecond > 0 && manifest.FinishedUtc > manifest.StartedUtc);
        Assert.Equal(LayerNames.All, manifest.RateSettings.Select(setting => setting.Layer));
        Assert.All(manifest.RateSettings, setting => Assert.Equal(12, setting.Rows));
        IReadOnlyList<Measurement> metrics = run.LoadMetrics().Measurements;
        Assert.Equal([0, 1, 2], metrics.Select(m => m.Epoch).Distinct());
        Assert.Equal(
            [(1, "learningRate"), (1, "loss"), (1, "ntXent"), (2, "learningRate"), (2, "loss"), (2, "ntXent")],
            metrics.Where(m => m.Layer == Measure.Run && m.Name is not (Measure.LossTrain or Measure.LossHeldOut))
                .Select(m => (m.Epoch, m.Name)).Order());
        Assert.Equal(3 * 6 * 25, metrics.Count(m => m.Layer != Measure.Run));
        Assert.NotEmpty(Directory.GetFiles(run.TensorBoardFolder));
        Assert.Equal(["last.safetensors"], Directory.GetFiles(run.CheckpointFolder).Select(Path.GetFileName));

        RunManifest undone = undo.LoadManifest(), control = undo.Control!.LoadManifest();
        Assert.Equal((RunKind.Umm, RunStatus.Done, 5UL), (undone.Kind, undone.Status, undone.Seed));
        Assert.Equal((RunKind.Control, RunStatus.Done), (control.Kind, control.Status));
        Assert.Equal([0, 2, 4], undo.LoadMetrics().Measurements.Where(m => m.Layer != Measure.Run).Select(m => m.Epoch).Distinct());
        Assert.Equal([1, 2, 3, 4], undo.LoadMetrics().Measurements.Where(m => m.Name == Measure.LevelOneLoss).Select(m => m.Epoch));
        Assert.Equal(
            [1, 2, 3, 4], undo.Control!.LoadMetrics().Measurements.Where(m => m.Name == Measure.BatchReduction).Select(m => m.Epoch));
        Assert.Contains(undo.LoadMetrics().Measurements, m => m.Name == Measure.JensenShannon && m.Value > 0);
        Assert.DoesNotContain(undo.Control!.LoadMetrics().Measurements, m => m.Name == Measure.JensenShannon);
        Assert.Equal(["undo"], run.Undos.Select(each => Path.GetFileName(each.Path)));

        // Before any step both stand where the run ended.
        Assert.Equal(Layers(run, SmallRun.Epochs), Layers(undo, 0));
        Assert.Equal(Layers(undo, 0), Layers(undo.Control!, 0));
        Assert.NotEqual(Layers(undo, 4), Layers(undo.Control!, 4));

        IReadOnlyList<EvaluationRecord> records = run.LoadEvaluation();
        Assert.Equal([EvaluationStage.Untrained, EvaluationStage.Before], records.Select(record => record.Stage).Distinct());
        Assert.Equal(2 * ((6 * 9) + 2), records.Count);
        Assert.Equal([EvaluationStage.Umm], undo.LoadEvaluation().Select(record => record.Stage).Distinct());
        Assert.Equal([EvaluationStage.Control], undo.Control!.LoadEvaluation().Select(record => record.Stage).Distinct());
        EvaluationRecord linear = records.Single(
            record => record is { Stage: EvaluationStage.Before, Layer: "layer4", Measure: Measure.LinearAccuracy });
        Measurement trained = metrics.Single(m => m is { Epoch: SmallRun.Epochs, Layer: "layer4", Name: Measure.LinearAccuracy });
        Assert.Equal(trained.Value, Hits.Unpack(trained.Hits!).Average(hit => hit ? 1 : 0));
        Assert.Equal((8, 8, 32), (linear.ProbeCount, linear.TestCount, linear.Dimension));
        Assert.Equal(linear.Value, Hits.Unpack(linear.Hits!).Average(hit => hit ? 1 : 0));
        Assert.Equal([Fingerprint.Of(session.Data.Test)], records.Select(record => record.TestImages).Distinct());
        foreach (string picture in (string[])[run.ViewsPicture, run.NeighboursPicture])
            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(picture)[..4]);
    }

    /// <summary>Nothing that training writes depends on a test image: neither numbers nor weights.</summary>
    [Fact]
    public void Start_OtherTestImages_GivesTheSameRun()
    {
        (RunDirectory first, _) = small.Start("run", cancellation: Token);
        string[] tests = [.. File.ReadLines(first.DivisionPath).Where(line => line.Contains(",test,", StringComparison.Ordinal))];
        Assert.Equal(8, tests.Length);
        foreach (string line in tests)
            SmallRun.WriteImage(Path.Combine(small.ImageFolder, line.Split(',')[0]), 177);
        (RunDirectory second, _) = small.Start("again", cancellation: Token);
        Assert.NotEqual(first.LoadManifest().Data.Fingerprint, second.LoadManifest().Data.Fingerprint);
        SameBytes(first, second);
    }

    [Fact]
    public void Evaluating_Update_MeasuresWhatIsNewAndGivesTheSameNumbersAsAll()
    {
        (RunDirectory run, Session session) = small.Start("run", cancellation: Token);
        RunDirectory first = SmallRun.RunUndo(run, session, cancellation: Token);
        Evaluating.Update(run, session, cancellation: Token);
        Dictionary<string, (DateTime, string)> before = Files(run.Path);
        Assert.Empty(Evaluated());
        Assert.Equal(before, Files(run.Path));

        RunDirectory second = Undoing
            .Run(run, session, SmallRun.Undo with { Beta = 0, Control = false }, "second", 5, false, "lethe undo", cancellation: Token);
        RunDirectory begun = RunDirectory.Create(run.UndoPath("begun"));
        begun.SaveManifest(second.LoadManifest() with { Status = RunStatus.Interrupted });
        Assert.Equal(["umm"], Evaluated());
        Assert.Empty(Evaluated());

        // Another checkpoint is another state, and numbers that do not say of which it is are of none.
        File.Copy(Checkpoint(second), Checkpoint(first), overwrite: true);
        second.SaveEvaluation([.. second.LoadEvaluation().Select(record => record with { Weights = null })]);
        Assert.Equal(["umm", "umm"], Evaluated());
        Assert.Equal(second.LoadEvaluation(), first.LoadEvaluation());
        File.Delete(run.NeighboursPicture);
        Assert.Empty(Evaluated());
        Assert.True(File.Exists(run.NeighboursPicture));

        Dictionary<string, string> updated = Numbers();
        Evaluating.Run(run, session, cancellation: Token);
        Assert.Equal(updated, Numbers());
        Assert.Equal(4, updated.Count);

        string[] Evaluated()
        {
            List<string> stages = [];
            Evaluating.Update(run, session, new Inline<WorkflowProgress>(progress => stages.Add(progress.Detail)), Token);
            return [.. stages.Where(stage => !stage.Contains("views", StringComparison.Ordinal))];
        }

        static string Checkpoint(RunDirectory of) => Path.Combine(of.CheckpointFolder, "last.safetensors");

        Dictionary<string, string> Numbers() => Directory.GetFiles(run.Path, "evaluation.json", SearchOption.AllDirectories).ToDictionary(
            path => path, File.ReadAllText);
    }

    [Fact]
    public void Resume_DoneRun_ChangesNoFile()
    {
        (RunDirectory run, Session session) = small.Start("run", cancellation: Token);
        SmallRun.RunUndo(run, session, cancellation: Token);
        Dictionary<string, (DateTime, string)> before = Files(run.Path);

        // What a process leaves that was killed as it wrote its last pulse.
        foreach (RunDirectory done in (RunDirectory[])[run, run.Undos.Single(), run.Undos.Single().Control!])
            File.WriteAllText(done.PulsePath + ".tmp", "{");
        (RunDirectory again, Session same) = Pretraining.Resume(run.Path, SmallRun.Machine, cancellation: Token);
        SmallRun.RunUndo(again, same, resume: true, cancellation: Token);
        Assert.Equal(before, Files(run.Path));
    }

    [Fact]
    public void Pretraining_CancelledAnywhere_GoesOnToTheSameBytes()
    {
        RunDirectory whole = small.Start("whole", cancellation: Token).Run;
        Func<WorkflowProgress, bool>[] moments =
        [
            progress => progress is { Stage: "pre-training", Done: 1 },
            progress => progress is { Stage: "pre-training", Done: 3 }, // the last of an epoch
            progress => progress is { Stage: "pre-training", Done: 6 }, // the last of all
            progress => progress.Stage == "diagnosing" && progress.Detail.Contains("epoch 0", StringComparison.Ordinal),
            progress => progress.Stage == "diagnosing" && progress.Detail.Contains("epoch 1", StringComparison.Ordinal),
            progress => progress.Stage == "diagnosing" && progress.Detail.Contains("epoch 2", StringComparison.Ordinal),
        ];
        for (int i = 0; i < moments.Length; i++)
        {
            using var stop = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(
                () => small.Start($"run{i}", progress: SmallRun.CancelWhen(stop, moments[i]), cancellation: stop.Token));
            Assert.Equal(RunStatus.Interrupted, RunDirectory.Open(small[$"run{i}"]).LoadManifest().Status);
            RunDirectory run = Pretraining.Resume(small[$"run{i}"], SmallRun.Machine, cancellation: Token).Run;
            SameBytes(whole, run);
            Assert.Equal(RunStatus.Done, run.LoadManifest().Status);
        }

        // At each of them, one after the other.
        int next = 0;
        void Attempt(Func<IProgress<WorkflowProgress>, CancellationToken, object> work)
        {
            using var stop = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(() => work(SmallRun.CancelWhen(stop, moments[next]), stop.Token));
        }

        int[] order = [3, 0, 1, 4, 2, 5];
        next = order[0];
        Attempt((progress, token) => small.Start("all", progress: progress, cancellation: token));
        foreach (int moment in order[1..])
        {
            next = moment;
            Attempt((progress, token) => Pretraining.Resume(small["all"], SmallRun.Machine, progress: progress, cancellation: token));
        }

        SameBytes(whole, Pretraining.Resume(small["all"], SmallRun.Machine, cancellation: Token).Run);
    }

    /// <summary>
    /// As if the process had been killed: nothing is saved on the way out, and measurements lie after the last checkpoint.
    /// </summary>
    [Fact]
    public void Pretraining_Killed_GoesOnFromTheLastCheckpointToTheSameBytes()
    {
        RunDirectory whole = small.Start("whole", cancellation: Token).Run;
        var kill = new Inline<WorkflowProgress>(progress =>
        {
            if (progress is { Stage: "pre-training", Done: 5 })
                throw new InvalidOperationException("killed");
        });
        Assert.Throws<InvalidOperationException>(() => small.Start("run", progress: kill, cancellation: Token));
        RunDirectory run = RunDirectory.Open(small["run"]);
        Assert.Equal(RunStatus.Running, run.LoadManifest().Status);
        File.AppendAllText(run.MetricsPath, "{\"epoch\":2,\"lay");
        SameBytes(whole, Pretraining.Resume(run.Path, SmallRun.Machine, cancellation: Token).Run);
    }

    [Fact]
    public void Undoing_CancelledAnywhere_GoesOnToTheSameBytes()
    {
        (RunDirectory whole, Session session) = small.Start("whole", cancellation: Token);
        Func<WorkflowProgress, bool>[] moments =
        [
            progress => progress is { Stage: "undoing", Done: 1 },
            progress => progress.Stage == "diagnosing" && progress.Detail.StartsWith("undoing, iteration 2", StringComparison.Ordinal),
            progress => progress is { Stage: "undoing", Done: 4 },
            progress => progress.Stage == "diagnosing" && progress.Detail.StartsWith("control, iteration 0", StringComparison.Ordinal),
            progress => progress is { Stage: "control", Done: 3 },
        ];
        RunDirectory expected = SmallRun.RunUndo(whole, session, cancellation: Token);
        (RunDirectory run, Session other) = small.Start("run", cancellation: Token);
        foreach (Func<WorkflowProgress, bool> moment in moments)
        {
            using var stop = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(
                () => SmallRun.RunUndo(run, other, resume: true, progress: SmallRun.CancelWhen(stop, moment), cancellation: stop.Token));
        }

        RunDirectory undo = SmallRun.RunUndo(run, other, resume: true, cancellation: Token);
        SameBytes(expected, undo);
        SameBytes(expected.Control!, undo.Control!);
    }

    [Fact]
    public void EveryWork_RunInUse_IsRefused()
    {
        (RunDirectory run, Session session) = small.Start("run", cancellation: Token);
        using DirectoryLock held = DirectoryLock.Acquire(run.Path);
        Action[] works =
        [
            () => Pretraining.Resume(run.Path, SmallRun.Machine, cancellation: Token),
            () => SmallRun.RunUndo(run, session, cancellation: Token),
            () => Evaluating.Run(run, session, cancellation: Token),
        ];
        Assert.All(works, work => Assert.Contains("is in use by", Assert.Throws<RunException>(work).Message, StringComparison.Ordinal));
        Assert.Empty(run.Undos);
    }

    [Fact]
    public void Resume_ChangedImages_IsRefusedByFingerprint()
    {
        RunDirectory run = small.Start("run", cancellation: Token).Run;
        SmallRun.WriteImage(Path.Combine(small.ImageFolder, "class1", "03.png"), 55);
        string message = Assert.Throws<RunException>(() => Pretraining.Resume(run.Path, SmallRun.Machine, cancellation: Token)).Message;
        Assert.Contains(run.LoadManifest().Data.Fingerprint, message, StringComparison.Ordinal);
        Assert.Contains("Restore the images", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_ThatCannotBegin_SaysSoBeforeLongWork()
    {
        Assert.Contains(
            "larger than the 24 training images",
            Assert.Throws<InvalidOptionException>(
                () => small
                    .Start("run", small.Options with { Training = new TrainingOptions { BatchSize = 25 } }, cancellation: Token)).Message,
            StringComparison.Ordinal);

        // What it left behind does not stand in the way.
        RunDirectory run = small.Start("run", cancellation: Token).Run;
        Assert.Contains(
            "holds a run already",
            Assert.Throws<RunException>(() => small.Start("run", cancellation: Token)).Message,
            StringComparison.Ordinal);
        Assert.Throws<InvalidOptionException>(() => small.Start("other", small.Options with { Method = "vicreg" }, cancellation: Token));
        Assert.False(Directory.Exists(small["other"]));
        Assert.NotNull(run);
    }

    [Fact]
    public void Undoing_ThatCannotBegin_SaysWhatToDo()
    {
        (RunDirectory run, Session session) = small.Start("run", cancellation: Token);
        Assert.Contains(
            "larger than the 24 training images",
            Assert.Throws<InvalidOptionException>(
                () => SmallRun.RunUndo(run, session, SmallRun.Undo with { BatchSize = 25 }, cancellation: Token)).Message,
            StringComparison.Ordinal);
        RunDirectory undo = SmallRun.RunUndo(run, session, SmallRun.Undo with { Control = false, Iterations = 1 }, cancellation: Token);
        Assert.Null(undo.Control);
        Assert.Contains(
            "holds a run already",
            Assert.Throws<RunException>(() => SmallRun.RunUndo(run, session, cancellation: Token)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "other options",
            Assert.Throws<RunException>(() => SmallRun.RunUndo(run, session, resume: true, cancellation: Token)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "holds an undo",
            Assert.Throws<RunException>(() => Session.Open(undo, SmallRun.Machine, cancellation: Token)).Message,
            StringComparison.Ordinal);
        File.Delete(Path.Combine(run.CheckpointFolder, "last.safetensors"));
        Assert.Contains(
            "no checkpoint to undo",
            Assert.Throws<RunException>(
                () => SmallRun.RunUndo(run, session, SmallRun.Undo with { Alpha = 1 }, cancellation: Token)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Pretraining_NotFinite_IsRecordedAsFailed()
    {
        RunOptions options = small.Options with { Training = small.Options.Training with { LearningRate = 1e30, WarmUp = 0 } };
        string message = Assert.Throws<TrainingException>(() => small.Start("run", options, cancellation: Token)).Message;
        RunManifest manifest = RunDirectory.Open(small["run"]).LoadManifest();
        Assert.Equal((RunStatus.Failed, message), (manifest.Status, manifest.Failure));
        Assert.Contains("not finite at epoch 1, step", message, StringComparison.Ordinal);

        // Going on would end there again; what is advised does not.
        string written = File.ReadAllText(RunDirectory.Open(small["run"]).ManifestPath);
        string refused = Assert.Throws<RunException>(
            () => Pretraining.Resume(small["run"], SmallRun.Machine, cancellation: Token)).Message;
        Assert.Contains(message, refused, StringComparison.Ordinal);
        Assert.Contains("give another --out and no --resume", refused, StringComparison.Ordinal);
        Assert.Equal(written, File.ReadAllText(RunDirectory.Open(small["run"]).ManifestPath));
        Assert.Equal(RunStatus.Done, small.Start("another", small.Options, cancellation: Token).Run.LoadManifest().Status);
    }

    /// <summary>The control and UMM alike; what was undone before is left as it is.</summary>
    [Fact]
    public void Undoing_NotFinite_IsRecordedAsFailedAndNotResumed()
    {
        (RunDirectory run, Session session) = small.Start("run", cancellation: Token);
        UmmOptions options = SmallRun.Undo with { InnerLearningRate = 1e30, OuterLearningRate = 1e30 };
        string message = Assert.Throws<TrainingException>(() => SmallRun.RunUndo(run, session, options, cancellation: Token)).Message;
        Assert.Contains("Lower --inner-learning-rate and --outer-learning-rate", message, StringComparison.Ordinal);
        RunManifest manifest = run.Undos[0].LoadManifest();
        Assert.Equal((RunStatus.Failed, message, true), (manifest.Status, manifest.Failure, manifest.Diverged));
        Assert.Contains(
            "another --name",
            Assert.Throws<RunException>(() => SmallRun.RunUndo(run, session, options, resume: true, cancellation: Token)).Message,
            StringComparison.Ordinal);
        Assert.False(run.LoadManifest().Diverged);
    }

    /// <summary>Torch's own errors end a run as well as errors for people.</summary>
    [Fact]
    public void Pretraining_NativeError_IsRecordedAsFailed()
    {
        var broken = new Inline<WorkflowProgress>(progress =>
        {
            if (progress is { Stage: "pre-training", Done: 2 })
                throw new ArgumentException("of torch");
        });
        Assert.Throws<ArgumentException>(() => small.Start("run", progress: broken, cancellation: Token));
        RunManifest manifest = RunDirectory.Open(small["run"]).LoadManifest();
        Assert.Equal((RunStatus.Failed, "of torch", false), (manifest.Status, manifest.Failure, manifest.Diverged));
        Assert.Equal(
            RunStatus.Done, Pretraining.Resume(small["run"], SmallRun.Machine, cancellation: Token).Run.LoadManifest().Status);
    }

    /// <summary>VICReg without the terms that hold features apart is the plainest way to collapse.</summary>
    [Fact]
    public void Pretraining_ThatCollapses_WarnsOnceWithWhatToTry()
    {
        RunOptions options = small.Options with
        {
            Method = "vicreg",
            MethodOptions = new VicRegOptions { VarianceWeight = 0, CovarianceWeight = 0, ProjectorHidden = 16, ProjectorOutput = 8 },
            Training = small.Options.Training with { Epochs = 40, EvaluateEvery = 40, Optimiser = "adam", LearningRate = 0.02, WarmUp = 0 },
        };
        List<string> notices = [];
        (RunDirectory run, _) = small.Start("run", options, new Inline<WorkflowProgress>(progress =>
        {
            if (progress.Notice is { } notice)
                notices.Add(notice);
        }), Token);
        RunWarning warning = run.LoadManifest().Warnings.Single(warning => warning.Kind == "collapse-complete");
        Assert.Contains("nearly the same one", warning.Text, StringComparison.Ordinal);
        Assert.Contains("--variance-weight", warning.Text, StringComparison.Ordinal);
        Assert.InRange(warning.Epoch, 1, 40);
        Assert.Contains($"Warning, epoch {warning.Epoch}: {warning.Text}", notices);
        Assert.True(run.LoadMetrics().Measurements.Last(m => m is { Layer: LayerNames.Projector, Name: Measure.Spread }).Value < 0.2);
        Assert.Contains(
            ReportModel.Load([run.Path]).Groups[0].Runs[0].Warnings, text => text.Contains("--variance-weight", StringComparison.Ordinal));
    }

    [Fact]
    public void Pretraining_KeepCheckpoints_KeepsOneForEachEvaluation()
    {
        RunOptions options = small.Options with { Training = small.Options.Training with { KeepCheckpoints = true } };
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(
            () => small.Start("run", options, SmallRun.CancelWhen(stop, progress => progress.Stage == "diagnosing"), stop.Token));
        Assert.Equal(["last.safetensors"], Checkpoints());
        using var later = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(
            () => Pretraining.Resume(
                small["run"],
                SmallRun.Machine,
                null,
                SmallRun.CancelWhen(later, progress => progress is { Stage: "pre-training", Done: 4 }),
                later.Token));
        Assert.Equal(["epoch-00000.safetensors", "epoch-00001.safetensors", "last.safetensors", "previous.safetensors"], Checkpoints());
        Pretraining.Resume(small["run"], SmallRun.Machine, cancellation: Token);
        Assert.Equal(["epoch-00000.safetensors", "epoch-00001.safetensors", "epoch-00002.safetensors", "last.safetensors"], Checkpoints());

        IEnumerable<string?> Checkpoints() =>
            Directory.GetFiles(RunDirectory.Open(small["run"]).CheckpointFolder).Select(Path.GetFileName).Order();
    }

    [Fact]
    public void Undoing_ImagesMoved_IsTheSameUndo()
    {
        string here = small["here"], there = small["there"];
        Directory.CreateDirectory(here);
        WriteIdx(Path.Combine(here, "train-images-idx3-ubyte"), Path.Combine(here, "train-labels-idx1-ubyte"), 30);
        WriteIdx(Path.Combine(here, "t10k-images-idx3-ubyte"), Path.Combine(here, "t10k-labels-idx1-ubyte"), 10);
        RunOptions options = small.Options with { Data = new DataOptions { Data = "fashion-mnist", DataRoot = here, ImageSize = 16 } };
        (RunDirectory run, Session session) = small.Start("run", options, cancellation: Token);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(
            () => SmallRun.RunUndo(
                run,
                session,
                progress: SmallRun.CancelWhen(stop, progress => progress is { Stage: "undoing", Done: 1 }),
                cancellation: stop.Token));
        Directory.Move(here, there);
        Assert.ThrowsAny<LetheException>(() => Pretraining.Resume(run.Path, SmallRun.Machine, cancellation: Token));
        Session moved = Pretraining.Resume(run.Path, SmallRun.Machine, there, cancellation: Token).Session;
        Assert.Equal(RunStatus.Done, SmallRun.RunUndo(run, moved, resume: true, cancellation: Token).LoadManifest().Status);
    }

    [Theory]
    [InlineData("stem", 32)]
    [InlineData("layer4", 32)]
    [InlineData("projector", 8)]
    public void Embed_ARunOrAnUndo_GivesTheSameBitsEachTime(string layer, int dimension)
    {
        (RunDirectory run, Session session) = small.Start("run", cancellation: Token);
        RunDirectory undo = SmallRun.RunUndo(run, session, SmallRun.Undo with { Control = false }, cancellation: Token);
        Directory.Delete(small.ImageFolder, recursive: true); // the images of training are not needed
        ImageSet images = Sample.Set(5, channels: 3, size: 20);
        int reports = 0;
        float[,] Embed(RunDirectory from)
        {
            using Encoder embedding = Encoder.Load(from, SmallRun.Machine, layer);
            Assert.Equal((16, 3), (embedding.ImageSize, embedding.Channels));
            float[,] once = embedding.Embed(images, new Inline<WorkflowProgress>(_ => reports++), Token);
            Assert.Equal(once, embedding.Embed(images, cancellation: Token));
            return once;
        }

        float[,] rows = Embed(run);
        Assert.Equal((5, dimension, 1), (rows.GetLength(0), rows.GetLength(1), reports));
        Assert.Equal(rows, Embed(run));
        if (layer == "stem")
            Assert.Equal(rows, Embed(undo)); // frozen
        else
            Assert.NotEqual(rows, Embed(undo));
        Assert.Contains(
            "stem, layer1",
            Assert.Throws<InvalidOptionException>(() => Encoder.Load(run, SmallRun.Machine, "layer5")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void DefaultName_OfAnUndo_SaysWhatDistinguishesItAndIsAFolder()
    {
        RunDirectory run = RunDirectory.Create(small["run"]);
        string[] names =
        [
            Undoing.DefaultName(SmallRun.Undo, 1, 1), Undoing.DefaultName(SmallRun.Undo, 2, 1), Undoing.DefaultName(
                SmallRun.Undo with { Alpha = 1e-7 }, 1, 1),
            Undoing.DefaultName(SmallRun.Undo with { CutAlignment = true }, 1, 1), Undoing.DefaultName(
                SmallRun.Undo with { MinimiseReduction = true }, 1, 1),
            Undoing.DefaultName(SmallRun.Undo with { Split = "layer1" }, 1, 1), Undoing.DefaultName(
                SmallRun.Undo with { Hypergradient = "exact" }, 1, 1),
            .. UmmOptions.Remedies.Skip(1).Select(remedy => Undoing.DefaultName(SmallRun.Undo with { Remedy = remedy }, 1, 1)),
        ];
        Assert.Equal(names.Length, names.Distinct().Count());
        Assert.All(names, name => Assert.StartsWith(run.UmmFolder, run.UndoPath(name), StringComparison.Ordinal));
    }

    private static void SameBytes(RunDirectory expected, RunDirectory found)
    {
        Assert.Equal(File.ReadAllText(expected.MetricsPath), File.ReadAllText(found.MetricsPath));
        Assert.Equal(Checkpoint(expected), Checkpoint(found));
        Assert.Equal(expected.LoadManifest().BestEpoch, found.LoadManifest().BestEpoch);

        static byte[] Checkpoint(RunDirectory run) => File.ReadAllBytes(Path.Combine(run.CheckpointFolder, "last.safetensors"));
    }

    private static (string, string, double)[] Layers(RunDirectory run, int epoch) =>
        [.. run.LoadMetrics().Measurements.Where(m => m.Epoch == epoch && m.Layer != Measure.Run).Select(m => (m.Layer, m.Name, m.Value))];

    private static Dictionary<string, (DateTime, string)> Files(string folder) =>
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
        .Where(path => !Path.GetFileName(path).StartsWith(".lock", StringComparison.Ordinal))
        .ToDictionary(path => path, path => (File.GetLastWriteTimeUtc(path), Convert.ToHexString(File.ReadAllBytes(path))));

    private static void WriteIdx(string images, string labels, int count)
    {
        byte[] pixels = new byte[16 + (count * 256)], classes = new byte[8 + count];
        new byte[] { 0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, 16, 0, 0, 0, 16 }.CopyTo(pixels, 0);
        new byte[] { 0, 0, 8, 1, 0, 0, 0, (byte)count }.CopyTo(classes, 0);
        for (int i = 0; i < count * 256; i++)
            pixels[16 + i] = (byte)((i * 31) ^ (i / 256 * 77));
        for (int i = 0; i < count; i++)
            classes[8 + i] = (byte)(i % 3);
        File.WriteAllBytes(images, pixels);
        File.WriteAllBytes(labels, classes);
    }
}
