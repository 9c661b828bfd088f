using Lethe.Evaluation;
using Lethe.Reporting;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

[Collection(typeof(TorchCollection))]
public sealed class CausalReadingTests : IDisposable
{
    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => small.Dispose();

    [Fact]
    public void Run_WithAnUndo_ReadsEveryStateInTurn()
    {
        RunOptions options = small.Options with { Training = small.Options.Training with { KeepCheckpoints = true } };
        (RunDirectory run, Session session) = small.Start("run", options, cancellation: Token);
        SmallRun.RunUndo(run, session, cancellation: Token);
        var how = new CausalOptions { CausalImages = 60 };
        IReadOnlyList<CausalState> states = CausalReading.Run(run, session, how, everyCheckpoint: true, cancellation: Token);
        Assert.Equal(
            [(EvaluationStage.Untrained, "initial"), (EvaluationStage.Before, "epoch-00001"), (EvaluationStage.Before, "epoch-00002"), (EvaluationStage.Before, "last"), (EvaluationStage.Control, "undo"), (EvaluationStage.Umm, "undo")],
            states.Select(state => (state.Stage, state.Name)).Where(state => state.Name != "epoch-00000"));

        double[] Answers(CausalState state, int layer) => [.. state.Layers[layer].Factors.Select(reading => reading.Answer)];
        CausalState before = states[^3];
        Assert.Equal(Answers(states[^4], 4), Answers(before, 4)); // the checkpoint of the last epoch is the last
        Assert.NotEqual(Answers(states[0], 4), Answers(before, 4));
        Assert.NotEqual(Answers(before, 4), Answers(states[^1], 4));
        Assert.Equal(Answers(before, 2), Answers(states[^1], 2)); // frozen
        Assert.Equal(3, CausalReading.Run(run, session, how, cancellation: Token).Count(state => state.Stage is not EvaluationStage.Control));
    }
}
