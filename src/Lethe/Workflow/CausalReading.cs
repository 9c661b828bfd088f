using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Reporting;
using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>Reads a run's encoder causally, untrained, after pre-training, and after each undo and its control: <see cref="CausalEvaluator"/>.</summary>
public static class CausalReading
{
    /// <summary>Measures every state of the encoder. The run itself is not changed.</summary>
    /// <param name="run">A pre-training, on whatever images.</param>
    /// <param name="session">The run's session.</param>
    /// <param name="options">On how many images.</param>
    /// <param name="everyCheckpoint">Whether to measure, before the last checkpoint, those that were kept along the way.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>One record for each state, in the order in which they arose; an undo's control before it.</returns>
    /// <exception cref="LetheException">An option or a checkpoint cannot be used.</exception>
    public static IReadOnlyList<CausalState> Run(
        RunDirectory run, Session session, CausalOptions options, bool everyCheckpoint = false, IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default)
    {
        var evaluator = new CausalEvaluator(session.Augmenter, options, session.Machine.ThreadCount(), session.Device);
        using SslMethod method = session.CreateMethod();
        (EvaluationStage Stage, string Name, Action Load)[] states = [.. States(run, method, everyCheckpoint)];
        return
        [
            .. states.Select((state, done) =>
            {
                progress?.Report(new WorkflowProgress("reading causally", done, states.Length, $"{state.Stage.ToString().ToLowerInvariant()} {state.Name}"));
                state.Load();
                return new CausalState(state.Stage, state.Name, evaluator.Measure(method, cancellation));
            }),
        ];
    }

    private static IEnumerable<(EvaluationStage Stage, string Name, Action Load)> States(RunDirectory run, SslMethod method, bool everyCheckpoint)
    {
        // The method has its initial weights until the first checkpoint is loaded.
        yield return (EvaluationStage.Untrained, "initial", () => { });
        string[] kept = everyCheckpoint && Directory.Exists(run.CheckpointFolder) ? Directory.GetFiles(run.CheckpointFolder, "epoch-*.safetensors") : [];
        foreach (string name in kept.Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal).Append("last"))
            yield return (EvaluationStage.Before, name, () => Session.Load(run, method, name));
        foreach (RunDirectory undo in run.Undos)
        {
            string name = Path.GetFileName(undo.Path);
            if (undo.Control is { } control)
                yield return (EvaluationStage.Control, name, () => Session.LoadLast(control, method));
            yield return (EvaluationStage.Umm, name, () => Session.LoadLast(undo, method));
        }
    }
}
