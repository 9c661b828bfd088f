using System.Text.Json.Nodes;
using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Cli;

/// <summary>Shows a summary table on the terminal and as JSON.</summary>
internal static class SummaryView
{
    /// <summary>
    /// Shows the states of an encoder before and after one undo, or none, layer by layer.
    /// </summary>
    public static JsonObject Show(RunDirectory run, string? undo, Terminal terminal)
    {
        ReportModel model = ReportModel.Load([run.Path]);
        ResultTable summary = Summary.Of(ResultTable.Of(model.Groups[0], undo));
        Grid grid = Summary.Grid(summary.Only(key => key.Measure != Measure.InstanceReductionTrain), "layer", decimals: 2);
        string note = "Accuracies in %, on images never trained on; ΔR of the instance partition in nats, on images never trained on.";
        GridView.Show(grid with { Notes = [.. grid.Notes, note] }, terminal);
        return new JsonObject { ["verdict"] = Verdict.Of(model.Groups[0]), ["table"] = ResultJson.OfSummary(summary) };
    }

    /// <summary>Shows what the same states reached on the sealed images.</summary>
    public static JsonObject ShowSealed(RunDirectory run, string? undo, Terminal terminal)
    {
        RunDirectory? undone = run.Undos.FirstOrDefault(one => Path.GetFileName(one.Path) == undo);
        EvaluationRecord[] records =
        [
            .. new[] { run, undone, undone?.Control }.OfType<RunDirectory>().SelectMany(part => part.LoadEvaluation())
                .Where(record => record is { Target: EvaluationRecord.SealedTest, Protocol: EvaluationRecord.Probes, Epoch: null })
                .Select(record => record with { Target = null }),
        ];
        ResultTable summary = Summary.Of(ResultTable.Of(records));
        Grid grid = Summary.Grid(summary.Only(key => key.Measure != Measure.InstanceReductionTrain), "layer", decimals: 2);
        string note = "Accuracies in %, ΔR of the instance partition in nats: on sealed images, which nothing else has read.";
        GridView.Show(grid with { Notes = [.. grid.Notes, note] }, terminal);
        return new JsonObject { ["sealed"] = true, ["table"] = ResultJson.OfSummary(summary) };
    }
}
