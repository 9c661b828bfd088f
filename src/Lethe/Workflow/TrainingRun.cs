using System.Diagnostics;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Training;

namespace Lethe.Workflow;

/// <summary>A training with its run directory: pre-training, UMM or its control, from the start or from where it was left.</summary>
/// <param name="session">The run's session.</param>
/// <param name="trainer">The training.</param>
/// <param name="recorder">Writes it down.</param>
/// <param name="stage">What is being done, for people.</param>
/// <param name="progress">Told how far the work has come.</param>
internal sealed class TrainingRun(
    Session session, MethodTrainer trainer, RunRecorder recorder, string stage, IProgress<WorkflowProgress>? progress)
{
    // What there is to do beside steps: how long it last took, and how often it comes up yet.
    private readonly Stopwatch aside = new();
    private double evaluationSeconds, saveSeconds, epochSeconds;
    private long stepsTaken;
    private int evaluationsLeft;

    /// <summary>Ends training early; null for never.</summary>
    public EarlyStop? Stopping { get; init; }

    /// <summary>UMM before epochs; null for none.</summary>
    public Interleaving? Interleaving { get; init; }

    /// <summary>Says what is about to be done, and how fast it goes; null for nothing.</summary>
    public Announcement? Announcement { get; init; }

    /// <summary>The ranks that take part; null where this process trains alone.</summary>
    public RankedWork? Together { get; init; }

    /// <summary>Trains to the end.</summary>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the state has been saved.</exception>
    /// <exception cref="Runtime.LetheException">It cannot go on; the run says why.</exception>
    public void Train(CancellationToken cancellation)
    {
        trainer.State = recorder.Resume(trainer);
        Announcement?.Begin(trainer);
        void Work() => LoopOrSave(cancellation);
        recorder.Record(
            Together is null ? Work : () => Together.Do(trainer, Work),
            done => Stopping?.Finish(done, trainer.State.EvaluatedAt) ?? done);
    }

    // Within what is recorded, so that a state that cannot be saved is told as what ended the run.
    private void LoopOrSave(CancellationToken cancellation)
    {
        try
        {
            Loop(cancellation);
            recorder.SaveEncoder(trainer);
        }
        catch (OperationCanceledException)
        {
            recorder.Save(trainer);
            throw;
        }
    }

    private void Loop(CancellationToken cancellation)
    {
        evaluationsLeft = trainer.EvaluationsLeft;
        foreach (TrainingMoment moment in TrainingLoop.Run(trainer, session.Options.Training.CheckpointMinutes, cancellation))
        {
            aside.Restart();
            switch (moment)
            {
                case TrainingMoment.EpochBegins { Epoch: int epoch }:
                    if (Stopping?.IsDue(trainer.State.EvaluatedAt) == true)
                        return;
                    Interleave(epoch);
                    epochSeconds += aside.Elapsed.TotalSeconds;
                    break;
                case TrainingMoment.StepTaken step:
                    recorder.Stepped(step);
                    Tell(step);
                    break;
                case TrainingMoment.EvaluationDue { Means: var means }:
                    recorder.Measured(
                        trainer,
                        means,
                        session.Evaluator.Measure(
                            trainer.Method, trainer.NowInWords, trainer.AgainstDivergence,
                            (done, total) => progress?.Report(
                                new WorkflowProgress("diagnosing", done, total, $"{stage}, {trainer.NowInWords}")),
                            cancellation),
                        session.Losses.Measure(trainer.Method, trainer.Now, trainer.Loader.BatchSize, cancellation));
                    evaluationSeconds = aside.Elapsed.TotalSeconds;
                    evaluationsLeft = trainer.EvaluationsLeft;
                    break;
                case TrainingMoment.NoteDue { Means: var means }:
                    recorder.Noted(trainer, [.. means.Select(mean => new Measurement(trainer.Now, Measure.Run, mean.Name, mean.Mean))]);
                    break;
                case TrainingMoment.SaveDue { Evaluated: bool evaluated }:
                    recorder.Save(
                        trainer, evaluated && Stopping?.KeepsCheckpoints == true ? trainer.Now : null,
                        evaluated && Stopping?.IsBest(trainer.Now) == true);
                    saveSeconds = aside.Elapsed.TotalSeconds;
                    break;
            }
        }
    }

    private void Interleave(int epoch)
    {
        if (Interleaving?.IsDue(epoch) != true)
            return;
        progress?.Report(new WorkflowProgress("undoing", 0, 0, $"after {trainer.NowInWords}"));
        Together?.Steps.Call(epoch);
        recorder.Noted(trainer, Interleaving.Before(trainer.Method, epoch, ranked: Together is not null));
    }

    // Steps, what comes with each epoch, evaluations with their checkpoints, and the checkpoints in between.
    private TimeSpan? Left(TrainingMoment.StepTaken step)
    {
        double secondsPerStep = trainer.Loader.BatchSize * trainer.BatchesPerStep / step.ImagesPerSecond + epochSeconds / ++stepsTaken;
        double saves = 1 + saveSeconds / (60 * Math.Max(session.Options.Training.CheckpointMinutes, saveSeconds / 60 + 1e-3));
        double seconds = (trainer.TotalSteps - step.Step) * secondsPerStep * saves + evaluationsLeft * (evaluationSeconds + saveSeconds);
        return double.IsFinite(seconds) && seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    private void Tell(TrainingMoment.StepTaken step)
    {
        TimeSpan? left = Left(step);
        Announcement?.Stepped(step, left, evaluationsLeft, evaluationsLeft * evaluationSeconds);
        progress?.Report(new WorkflowProgress(
            stage,
            step.Step,
            trainer.TotalSteps,
            Invariant(
                $"{Pace.Words(step.ImagesPerSecond)}  {trainer.NowInWords}  loss {step.Report.Loss:F3}  waiting {step.WaitingShare:P0}"))
        {
            Left = left, Step = new StepReading(
                trainer.NowInWords, step.Report.Loss, step.ImagesPerSecond, step.WaitingShare),
        });
        foreach (RunWarning warning in Warnings(step.Report).Where(recorder.Warn))
            progress?.Report(new WorkflowProgress("", 0, 0, "", $"Warning, epoch {warning.Epoch}: {warning.Text}"));
    }

    private IEnumerable<RunWarning> Warnings(StepReport report)
    {
        if (report.Warning is { } warning)
            yield return new RunWarning(trainer.Now, "method", warning);
        if (report.Collapse is not { } reading || reading.Kind == CollapseKind.None)
            yield break;
        MethodEntry method = MethodRegistry.Find(session.Options.Method);
        yield return new RunWarning(
            trainer.Now, $"collapse-{reading.Kind.ToString().ToLowerInvariant()}",
            $"{reading.Words} With {method.Title}, {method.AgainstCollapse}.");
    }
}
