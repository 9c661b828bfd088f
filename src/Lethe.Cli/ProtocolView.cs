using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lethe.Reporting;
using Lethe.Runs;
using Spectre.Console;
using Markup = Spectre.Console.Markup;

namespace Lethe.Cli;

/// <summary>What protocols found, as tables and as JSON.</summary>
internal static class ProtocolView
{
    private static readonly JsonSerializerOptions json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Prints one table for each protocol and data set.</summary>
    public static void Show(IReadOnlyList<EvaluationRecord> records, Terminal terminal)
    {
        foreach (ProtocolTable found in ProtocolTable.Of([records]))
        {
            terminal.Say($"{found.Protocol}{(found.Target is null ? "" : $" on {found.Target}")}{(found.Quick ? " (quick)" : "")}");
            Table table = new Table().Border(TableBorder.Simple).AddColumns("layer", "fitted", "measure");
            foreach (EvaluationStage stage in found.Stages)
                table.AddColumn(new TableColumn(stage == EvaluationStage.Umm ? "UMM" : stage.ToString().ToLowerInvariant()).RightAligned());
            foreach (ProtocolRow row in found.Rows)
            {
                string fitted = row.LabelShare is { } share ? Invariant($"{row.Variant}, {100 * share:0.##} %") : row.Variant;
                table.AddRow([row.Layer, fitted, row.Measure, .. found.Stages.Select(stage => row.Cells.TryGetValue(stage, out ProtocolCell? cell) ? Markup.Escape(cell.ToString()) : "–")]);
            }

            terminal.Show(table);
            foreach (string text in found.Settings)
                terminal.Say(text);
        }
    }

    /// <summary>Records as <c>evaluation.json</c> has them.</summary>
    public static JsonArray Json(IReadOnlyList<EvaluationRecord> records) => (JsonArray)JsonSerializer.SerializeToNode(records, json)!;
}
