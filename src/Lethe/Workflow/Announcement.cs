using System.Diagnostics;
using Lethe.Training;

namespace Lethe.Workflow;

/// <summary>Says the start-up block of a training before its first step, and its last line once it is known how fast it goes.</summary>
/// <param name="block">The block.</param>
/// <param name="progress">Told.</param>
internal sealed class Announcement(StartUp block, IProgress<WorkflowProgress>? progress)
{
    // After so many steps, and so long, a rate is one that lasts.
    private const int Steps = 10;
    private const double Seconds = 3;

    private readonly Stopwatch stepping = new();
    private int steps;

    /// <summary>Says the block, and where a training goes on that was interrupted.</summary>
    /// <param name="trainer">The training.</param>
    public void Begin(MethodTrainer trainer)
    {
        if (trainer.State.Step > 0)
            block.Facts = [.. block.Facts, ("resumed", $"goes on after {trainer.NowInWords}")];
        progress?.Report(block.Notice());
    }

    /// <summary>Says once how fast it goes.</summary>
    /// <param name="step">The step that was taken.</param>
    /// <param name="left">How long the rest takes, evaluations included; null where that is not known.</param>
    /// <param name="evaluations">Evaluations that are left.</param>
    /// <param name="secondsOfThem">What they take together; 0 where that is not known.</param>
    public void Stepped(TrainingMoment.StepTaken step, TimeSpan? left, int evaluations, double secondsOfThem)
    {
        if (block.Speed is not null || left is not { } rest)
            return;
        stepping.Start();
        if (++steps < Steps || stepping.Elapsed.TotalSeconds < Seconds)
            return;
        block.Speed = StartUp.Rate(step.ImagesPerSecond, rest.TotalSeconds, evaluations, secondsOfThem);
        progress?.Report(new WorkflowProgress("", 0, 0, "", block.SpeedText()));
    }
}
