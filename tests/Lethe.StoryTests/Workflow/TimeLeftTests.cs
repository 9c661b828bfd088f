using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Tests.Methods;
using Lethe.Tests.Training;
using Lethe.Training;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

/// <summary>Time left, with the evaluations and checkpoints in it that are still to come.</summary>
[Collection<TorchCollection>]
public sealed class TimeLeftTests : IDisposable
{
    private readonly SmallRun small = new();

    public void Dispose() => small.Dispose();

    [Fact]
    public void Pretraining_LastStep_HasAnEvaluationLeft()
    {
        var told = new List<WorkflowProgress>();
        var progress = new Inline<WorkflowProgress>(one =>
        {
            // Images are read on several threads.
            lock (told)
                told.Add(one);
        });
        (RunDirectory run, Session session) = small.Start("run", progress: progress, cancellation: TestContext.Current.CancellationToken);
        WorkflowProgress[] steps = [.. told.Where(one => one.Stage == "pre-training")];
        Assert.All(steps, step => Assert.True(step.Left >= TimeSpan.Zero));
        Assert.Equal(steps[^1].Total, steps[^1].Done);
        Assert.True(steps[^1].Left > TimeSpan.Zero);
        Assert.True(steps[0].Left > steps[^1].Left);
        Assert.All(steps, step => Assert.Matches(@"^(\d+ images/s|\d\.\d images/s|\d+\.\d s an image)  epoch \d of 2  loss", step.Detail));

        // Diagnosing counts the views that have gone through the network, to the last one.
        foreach (WorkflowProgress[] diagnosis in told.Where(one => one.Stage == "diagnosing").GroupBy(one => one.Detail).Select(one => one.ToArray()))
        {
            Assert.Equal(0, diagnosis[0].Done);
            Assert.Equal(diagnosis[^1].Total, diagnosis[^1].Done);
            Assert.Equal(diagnosis.Select(one => one.Done).Order(), diagnosis.Select(one => one.Done));
        }

        told.Clear();
        Evaluating.Run(run, session, progress, TestContext.Current.CancellationToken);
        WorkflowProgress[] states = [.. told.Where(one => one.Stage == "evaluating")];
        Assert.Null(states[0].Left);
        Assert.NotNull(states[^1].Left);
    }

    [Theory]
    [InlineData(1, 0, 0, 3)]
    [InlineData(1, 0, 1, 3)]
    [InlineData(1, 1, 0, 2)]
    [InlineData(2, 0, 0, 2)]
    [InlineData(2, 2, 0, 1)]
    [InlineData(2, 3, 0, 0)]
    public void EvaluationsLeft_AnyPlace_CountsThoseToCome(int every, int epochs, int steps, int left)
    {
        using SslMethod method = Tiny.Method("simclr");
        using ViewLoader loader = Tiny.Loader();
        using var trainer = new Pretrainer(
            method, loader, new TrainingOptions { Epochs = 3, BatchSize = 4, EvaluateEvery = every }, 3, TorchSharp.torch.CPU);
        trainer.State.Step = ((long)epochs * trainer.StepsPerEpoch) + steps;
        Assert.Equal(left, trainer.EvaluationsLeft);
    }
}
