using System.Text.Json.Nodes;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Cli;

/// <summary>Shows a summary table on the terminal and as JSON.</summary>
internal static class SummaryView
{
    /// <summary>
    /// Shows the states of an encoder before and after one undo, or none, layer by layer: ΔR and the accuracies asked for, or all.
    /// </summary>
    public static JsonObject Show(RunDirectory run, string? undo, Terminal terminal, IReadOnlyCollection<string>? accuracies = null)
    {
        ReportModel model = ReportModel.Load([run.Path]);
        ResultTable summary = Summary.Of(ResultTable.Of(model.Groups[0], undo))
            .Only(key => accuracies is null || !key.IsAccuracy || accuracies.Contains(key.Protocol));
        Grid grid = Summary.Grid(summary.Only(key => key.Protocol != EvaluationProtocol.InstanceReductionTrain), "layer", decimals: 2);
        string note = "Accuracies in %, on images never trained on; ΔR of the instance partition in nats, on images never trained on.";
        GridView.Show(grid with { Notes = [note] }, terminal);
        return new JsonObject { ["verdict"] = Verdict.Of(model.Groups[0]), ["table"] = ResultJson.OfSummary(summary) };
    }
}
