using Lethe.Runs;
using Lethe.Tests.Training;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

/// <summary>What is on disk of work that goes on, for those who look on.</summary>
public sealed class RunDiaryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Keep_Work_LeavesPulseAndLogAndPassesProgressOn()
    {
        RunDirectory run = RunDirectory.Create(folder["run"]);
        var told = new List<string>();
        RunDiary.Keep(run, "pre-training", new Inline<WorkflowProgress>(value => told.Add(value.Notice ?? value.Stage)), progress =>
        {
            progress.Report(new WorkflowProgress("", 0, 0, "", "Warning, epoch 1: it\ncollapsed"));
            for (int step = 1; step <= 1000; step++)
            {
                progress.Report(new WorkflowProgress("pre-training", step, 1000, "fast") { Step = new StepReading("epoch 1 of 1", 5.0 / step, 152, 0.25) });
            }

            progress.Report(new WorkflowProgress("pre-training", 1000, 1000, "") { Step = new StepReading("", double.NaN, double.PositiveInfinity, 0) });
        });
        Assert.Equal(1002, told.Count);
        RunPulse pulse = run.LoadPulse()!;
        Assert.True(pulse.Ended);
        Assert.Equal(("pre-training", 1000, 1000), (pulse.Stage, pulse.Done, pulse.Total));
        Assert.Null(pulse.ImagesPerSecond);
        Assert.InRange(pulse.Losses.Count, RunDiary.MostPoints / 2, RunDiary.MostPoints);
        Assert.Equal(new PulsePoint(1, 5), pulse.Losses[0]);
        Assert.InRange(pulse.Losses[^1].Step, 990, 1000);
        Assert.All(pulse.Losses, point => Assert.Equal(5.0 / point.Step, point.Loss));
        string[] log = File.ReadAllLines(run.LogPath);
        Assert.Contains("pre-training begins", log[0], StringComparison.Ordinal);
        Assert.EndsWith("Warning, epoch 1: it", log[1], StringComparison.Ordinal);
        Assert.Equal("collapsed", log[2].Trim());
        Assert.Contains("pre-training 1/1000  fast", log[3], StringComparison.Ordinal);
        Assert.EndsWith("pre-training is done", log[^1], StringComparison.Ordinal);
        Assert.Equal(5, log.Length);
    }

    [Fact]
    public void Keep_WorkThatEndsOtherwise_SaysHow()
    {
        RunDirectory run = RunDirectory.Create(folder["run"]);
        Assert.Throws<InvalidOperationException>(() => RunDiary.Keep(run, "undoing", null, _ => throw new InvalidOperationException("no more")));
        Assert.EndsWith("undoing failed: no more", File.ReadAllLines(run.LogPath)[^1], StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => RunDiary.Keep(run, "undoing", null, _ => throw new OperationCanceledException()));
        Assert.EndsWith("undoing was interrupted", File.ReadAllLines(run.LogPath)[^1], StringComparison.Ordinal);
        Assert.True(run.LoadPulse()!.Ended);
    }

    [Fact]
    public void Keep_FolderThatIsGone_DoesNotStopTheWork()
    {
        RunDirectory run = RunDirectory.Create(folder["run"]);
        Directory.Delete(run.Path);
        bool done = false;
        RunDiary.Keep(run, "undoing", null, _ => done = true);
        Assert.True(done);
    }

    [Fact]
    public void LoadPulse_HalfOrNone_IsNull()
    {
        RunDirectory run = RunDirectory.Create(folder["run"]);
        Assert.Null(run.LoadPulse());
        File.WriteAllText(run.PulsePath, "{\"atUtc\":");
        Assert.Null(run.LoadPulse());
    }
}
