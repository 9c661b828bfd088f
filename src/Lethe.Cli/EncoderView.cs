using System.Text.Json.Nodes;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Cli;

/// <summary>
/// Says where the encoder is that a verb has made, which one to take where there are several, and what to do next with it.
/// </summary>
internal static class EncoderView
{
    /// <summary>After a pre-training: the file, and the verb that makes it run elsewhere.</summary>
    public static string? Show(RunDirectory run, Terminal terminal)
    {
        if (!File.Exists(run.EncoderPath))
            return null; // a run of an earlier version
        terminal.Say($"Encoder: {run.EncoderPath} ({ExportCommand.Size(new FileInfo(run.EncoderPath).Length)})");
        if (File.Exists(run.Checkpoints.PathOf(CheckpointStore.Best)))
        {
            terminal.Say(
                $"That is the last epoch's. The one of epoch {run.LoadManifest().BestEpoch}, which was kept as the best: "
                + $"lethe export {OptionValues.Quote(run.Path)} --checkpoint {CheckpointStore.Best}");
        }

        return run.EncoderPath;
    }

    /// <summary>After an undo: which of before, control and UMM to take, its file, and the verb that makes it run elsewhere.</summary>
    /// <param name="run">The pre-training.</param>
    /// <param name="undo">The undo, evaluated.</param>
    /// <param name="terminal">Where it is said.</param>
    /// <returns>The same for programs.</returns>
    public static JsonObject Choose(RunDirectory run, RunDirectory undo, Terminal terminal)
    {
        ReportModel model = ReportModel.Load([run.Path]);
        StateChoice choice = StateChoice.Of(ResultTable.Of(model.Groups[0], Path.GetFileName(undo.Path)));
        terminal.Say(choice.Sentence);
        RunDirectory taken = choice.Stage switch
        {
            EvaluationStage.Before => run,
            EvaluationStage.Control => undo.Control!,
            _ => undo,
        };
        if (choice.Stage is null)
        {
            foreach (RunDirectory part in new[] { run, undo.Control, undo }.OfType<RunDirectory>())
                Show(part, terminal);
        }

        string? encoder = choice.Stage is null ? null : Show(taken, terminal);
        terminal.Say($"Next: lethe export {OptionValues.Quote(taken.Path)} --format onnx");
        return new JsonObject
        {
            ["take"] = choice.Stage?.ToString().ToLowerInvariant(),
            ["why"] = choice.Sentence,
            ["encoder"] = encoder,
            ["directory"] = choice.Stage is null ? null : taken.Path,
        };
    }
}
