using System.Text.Json.Nodes;
using Lethe.Reporting;
using Lethe.Runs;
using Spectre.Console;

namespace Lethe.Cli;

/// <summary>Shows a summary table on the terminal and as JSON.</summary>
internal static class SummaryView
{
    /// <summary>Shows the states of a run's encoder, layer by layer.</summary>
    /// <param name="run">The run.</param>
    /// <param name="undo">Name of the undo to show; null shows the run alone.</param>
    /// <param name="terminal">Where to.</param>
    /// <param name="accuracies">The accuracies to show beside ΔR; null shows all.</param>
    /// <returns>The same as JSON.</returns>
    public static JsonObject Show(RunDirectory run, string? undo, Terminal terminal, IReadOnlyCollection<string>? accuracies = null)
    {
        ReportModel model = ReportModel.Load([run.Path]);
        SummaryTable whole = SummaryTable.Of(model.Groups[0], undo);
        bool Shown(string protocol) => accuracies is null || protocol is not (EvaluationProtocol.Linear or EvaluationProtocol.Knn) || accuracies.Contains(protocol);
        SummaryTable summary = whole with { Protocols = [.. whole.Protocols.Where(Shown)], Cells = [.. whole.Cells.Where(cell => Shown(cell.Protocol))] };
        Table table = new Table().Border(TableBorder.Simple).AddColumn("layer");
        foreach ((string protocol, EvaluationStage stage) in Columns(summary))
        {
            table.AddColumn(new TableColumn($"{Title(protocol)}\n{Title(stage)}").RightAligned());
        }

        foreach (string layer in summary.Layers)
        {
            table.AddRow([layer, .. Columns(summary).Select(column => summary[layer, column.Protocol, column.Stage] is { } value ? Format(column.Protocol, value.Mean) : "–")]);
        }

        terminal.Show(table);
        terminal.Say("Accuracies on images never trained on; ΔR of the instance partition in nats, on images never trained on.");
        return new JsonObject
        {
            ["verdict"] = string.Join(" ", model.Groups.Select(Verdict.Of)),
            ["table"] = new JsonArray([.. summary.Cells.Select(cell => (JsonNode)new JsonObject
            {
                ["layer"] = cell.Layer, ["protocol"] = cell.Protocol, ["stage"] = cell.Stage.ToString().ToLowerInvariant(), ["value"] = cell.Value.Mean,
            })]),
        };
    }

    private static IEnumerable<(string Protocol, EvaluationStage Stage)> Columns(SummaryTable summary) =>
        summary.Protocols.Where(protocol => protocol != EvaluationProtocol.InstanceReductionTrain).SelectMany(protocol => summary.Stages.Select(stage => (protocol, stage)));

    private static string Title(string protocol) => protocol switch
    {
        EvaluationProtocol.Linear => "linear",
        EvaluationProtocol.Knn => "kNN",
        _ => "ΔR",
    };

    private static string Title(EvaluationStage stage) => stage == EvaluationStage.Umm ? "UMM" : stage.ToString().ToLowerInvariant();

    private static string Format(string protocol, double value) =>
        protocol is EvaluationProtocol.Linear or EvaluationProtocol.Knn ? Invariant($"{100 * value:F1}%") : Invariant($"{value:F2}");
}
