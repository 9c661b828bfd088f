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
        IReadOnlyList<LayerChoice> layers = LayerChoice.Of(ResultTable.Of(model.Groups[0], undo));
        if (layers.Count > 0)
            terminal.Say(LayerChoice.Sentences(layers));
        return new JsonObject
        {
            ["verdict"] = Verdict.Of(model.Groups[0]),
            ["table"] = ResultJson.OfSummary(summary),
            ["layers"] = new JsonArray([.. layers.Select(layer => (JsonNode)new JsonObject
            {
                ["for"] = layer.Use, ["take"] = layer.Layer, ["value"] = layer.Value.Mean, ["usual"] = layer.Usual,
                ["gain"] = layer.Gain?.Mean, ["low"] = layer.Gain?.Low, ["high"] = layer.Gain?.High,
            })]),
        };
    }

    /// <summary>Says whether a rival does what UMM does, and shows every undo where all of them were asked for.</summary>
    /// <returns>The sentences, for programs.</returns>
    public static JsonArray ShowRivals(RunDirectory run, bool every, Terminal terminal)
    {
        if (Ablation.Of(ReportModel.Load([run.Path]).Groups[0]) is not { } undos)
            return [];
        if (every)
        {
            GridView.Show(undos.Grid(), terminal);
        }
        else
        {
            foreach (string sentence in undos.Rivalry)
                terminal.Say(sentence);
        }

        return [.. undos.Rivalry.Select(sentence => (JsonNode)sentence)];
    }
}
