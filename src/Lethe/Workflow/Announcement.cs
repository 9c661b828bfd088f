using System.Diagnostics;
using Lethe.Training;

namespace Lethe.Workflow;

/// <summary>Says the start-up block of a training before its first step, and the block's last line once it is known how fast it goes.</summary>
/// <param name="block">The block.</param>
/// <param name="trainer">The training.</param>
/// <param name="options">Its options.</param>
/// <param name="progress">Told.</param>
internal sealed class Announcement(StartUp block, MethodTrainer trainer, TrainingOptions options, IProgress<WorkflowProgress>? progress)
{
    // After so many steps, and so long, a rate is one that lasts.
    private const int Steps = 10;
    private const double Seconds = 3;

    private readonly Stopwatch evaluating = new();
    private readonly Stopwatch stepping = new();
    private int evaluations;
    private int steps;

    /// <summary>Says the block, and where a training goes on that was interrupted.</summary>
    public void Begin()
    {
        if (trainer.State.Step > 0)
            block.Facts = [.. block.Facts, ("resumed", $"goes on after {trainer.NowInWords}")];
        Say(block.ToText());
    }

    /// <summary>An evaluation begins.</summary>
    public void Evaluating() => evaluating.Start();

    /// <summary>An evaluation is over.</summary>
    public void Evaluated()
    {
        evaluating.Stop();
        evaluations++;
    }

    /// <summary>Says once how fast it goes.</summary>
    public void Stepped(TrainingMoment.StepTaken step)
    {
        if (block.Speed is not null)
            return;
        stepping.Start();
        if (++steps < Steps || stepping.Elapsed.TotalSeconds < Seconds)
            return;
        double left = (trainer.TotalSteps - step.Step) * (double)trainer.BatchesPerStep * trainer.Loader.BatchSize / step.ImagesPerSecond;
        int epochs = options.EpochCount(), interval = options.EvaluationInterval();
        int due = ((epochs + interval - 1) / interval) - (trainer.Epoch / interval);
        block.Speed = StartUp.Rate(
            step.ImagesPerSecond, left, due, evaluations == 0 ? 0 : evaluating.Elapsed.TotalSeconds / evaluations);
        Say(block.SpeedText());
    }

    private void Say(string text) => progress?.Report(new WorkflowProgress("", 0, 0, "", text));
}
