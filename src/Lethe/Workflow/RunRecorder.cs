using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Interchange;
using Lethe.Methods;
using Lethe.Operators;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Training;
using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Workflow;

/// <summary>
/// Writes one training into a run directory: manifest, measurements, checkpoints, TensorBoard events. Pre-training, UMM
/// and the control record themselves alike.
/// </summary>
internal sealed class RunRecorder
{
    private const double Mebibyte = 1 << 20;

    private readonly RunDirectory run;
    private readonly Lazy<SummaryWriter> tensorBoard;
    private readonly double earlierSeconds;
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private RunManifest manifest;
    private readonly IProgress<WorkflowProgress>? progress;
    private readonly XxHash128 metrics = new();
    private TrainingMoment.StepTaken? last;

    public RunRecorder(RunDirectory run, RunManifest manifest, IProgress<WorkflowProgress>? progress = null)
    {
        (this.run, this.progress) = (run, progress);
        this.manifest = manifest with { Metrics = null };
        earlierSeconds = manifest.Timings?.Seconds ?? 0;
        tensorBoard = new Lazy<SummaryWriter>(() => utils.tensorboard.SummaryWriter(run.TensorBoardFolder));
        run.SaveManifest(this.manifest);
    }

    /// <summary>Goes back to the last checkpoint that can be used, or to the start where there is none.</summary>
    public TrainingState Resume(MethodTrainer trainer)
    {
        TrainingState state = run.Checkpoints.Resume(trainer.Method, trainer.Optimiser, trainer.InnerOptimiser, Say);
        if (state.Step == 0 && run.MetricsLength > 0 && !run.Checkpoints.HasLast)
            Say($"{run.Path} has measurements and no checkpoint, so it begins again at the start. Nothing but time is lost.");

        // Measurements of a later time belong to steps that are taken again.
        run.TruncateMetrics(FileSeal.Of(state));
        metrics.Reset();
        if (state.MetricsLength > 0)
            metrics.Append(File.ReadAllBytes(run.MetricsPath));
        IReadOnlyList<Measurement> measured = run.LoadMeasurements();
        Draw(measured.Skip(EventFiles.CutBack(run.TensorBoardFolder, measured)));
        manifest = manifest with { Warnings = [.. manifest.Warnings.Where(warning => warning.Epoch <= state.Epoch)] };
        return state;
    }

    /// <summary>Remembers how fast training goes.</summary>
    public void Stepped(TrainingMoment.StepTaken step) => last = step;

    /// <summary>Appends what an evaluation measured.</summary>
    public void Measured(
        MethodTrainer trainer, IReadOnlyList<(string Name, double Mean)> means, IReadOnlyList<LayerQuality> qualities,
        IReadOnlyList<Measurement> losses)
    {
        int now = trainer.Now;
        List<Measurement> measurements = [.. means.Select(mean => new Measurement(now, Measure.Run, mean.Name, mean.Mean))];
        if (means.Count > 0)
            measurements.Add(new Measurement(now, Measure.Run, Measure.LearningRate, trainer.State.LearningRate));
        measurements.AddRange(losses);
        measurements.AddRange(qualities.SelectMany(quality => quality.Measurements(now)));
        Noted(trainer, measurements);
        IReadOnlyList<RateSetting> settings = Session.RateSettings(qualities);
        if (settings.SequenceEqual(manifest.RateSettings))
            return;
        manifest = manifest with { RateSettings = settings };

        // At the first evaluation: a run that is killed after its last one has no other from which to say it.
        run.SaveManifest(manifest);
    }

    /// <summary>Appends measurements, and remembers in the state how far the file goes.</summary>
    public void Noted(MethodTrainer trainer, IReadOnlyList<Measurement> measurements)
    {
        // A number that is none, as a deviation over one image, was not measured.
        measurements = [.. measurements.Where(measurement => double.IsFinite(measurement.Value))];
        if (measurements.Count == 0)
            return;
        metrics.Append(run.AppendMeasurements(measurements));
        trainer.State.MetricsLength = run.MetricsLength;
        trainer.State.MetricsChecksum = Checksum();
        Draw(measurements);
    }

    /// <summary>Writes down what is amiss, each kind once.</summary>
    /// <returns>Whether it is new.</returns>
    public bool Warn(RunWarning warning)
    {
        if (manifest.Warnings.Any(earlier => earlier.Kind == warning.Kind))
            return false;
        manifest = manifest with { Warnings = [.. manifest.Warnings, warning] };
        run.SaveManifest(manifest);
        return true;
    }

    /// <summary>Writes a checkpoint, and keeps its weights as those of an epoch and as the best, where they are to be kept.</summary>
    public void Save(MethodTrainer trainer, int? keptEpoch = null, bool best = false)
    {
        NoteOperators(trainer.State);
        run.Checkpoints.Save(trainer.Method, trainer.Optimiser, trainer.State, keptEpoch, trainer.InnerOptimiser, best);
    }

    /// <summary>Writes the encoder alone, as it is at the end of training.</summary>
    public void SaveEncoder(MethodTrainer trainer) =>
        EncoderExport.Write(run.EncoderPath, RunEncoder.Of(trainer.Method, manifest, trainer.State.Epoch));

    /// <summary>Writes a state that was made and not trained: its checkpoint, and the encoder alone.</summary>
    public void SaveMade(SslMethod method, TrainingState state)
    {
        run.Checkpoints.Save(method, null, state);
        EncoderExport.Write(run.EncoderPath, RunEncoder.Of(method, manifest, state.Epoch));
    }

    private void Say(string notice) => progress?.Report(new WorkflowProgress("", 0, 0, "", notice));

    private string Checksum() => metrics.GetCurrentHashAsUInt128().ToString("x32", CultureInfo.InvariantCulture);

    private void Draw(IEnumerable<Measurement> measurements)
    {
        foreach (Measurement measurement in measurements)
            tensorBoard.Value.add_scalar(EventFiles.Tag(measurement), (float)measurement.Value, measurement.Epoch);
    }

    // What was found of this machine once networks ran on it.
    private void NoteOperators(TrainingState state)
    {
        foreach (string notice in OperatorNotices.All)
            Warn(new RunWarning((int)state.Epoch, "operators: " + notice, notice));
    }

    /// <summary>Does the work and records how it ended.</summary>
    public void Record(Action work, Func<RunManifest, RunManifest> finish)
    {
        RunTimings Timings() =>
            new(earlierSeconds + clock.Elapsed.TotalSeconds, last?.ImagesPerSecond ?? 0, last?.WaitingShare ?? 0, PeakMemory());
        try
        {
            work();
            run.Checkpoints.DeletePrevious();
            run.SaveManifest(finish(manifest) with
            {
                Status = RunStatus.Done,
                Metrics = new FileSeal(run.MetricsLength, Checksum()),
                Timings = Timings(),
                FinishedUtc = DateTimeOffset.UtcNow,
            });
        }
        catch (OperationCanceledException error)
        {
            run.SaveManifest(manifest with { Status = RunStatus.Interrupted, Timings = Timings() });
            throw new RunInterruptedException(run, error);
        }
        catch (Exception error) when (error is LetheException or ExternalException or ArgumentException or IOException)
        {
            // Beside errors for people, those of torch, of its arguments and of the disk: a run that nobody stopped does not go on either.
            run.SaveManifest(manifest with
            {
                Status = RunStatus.Failed,
                Timings = Timings(),
                Failure = error.Message,
                Diverged = error is TrainingException { Diverged: true },
            });
            throw;
        }
    }

    private static double PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 / Mebibyte;
    }
}
