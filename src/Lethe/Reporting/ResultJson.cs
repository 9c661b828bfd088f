using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Reporting;

/// <summary>Results as JSON for standard output, whose names are an interface: exact numbers, nothing in words.</summary>
internal static class ResultJson
{
    private static readonly JsonSerializerOptions web = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };
    private static readonly JsonSerializerOptions withoutNull = new(web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>What <c>lethe compare</c> found.</summary>
    public static JsonNode Of(Comparison comparison) => Node(new
    {
        Entrants = comparison.Entrants.Select(entrant => new { entrant.Name, entrant.Group, entrant.Stage, entrant.Undo }),
        Rows = comparison.Rows.Select(row => new
        {
            row.Key.Protocol,
            row.Key.Measure,
            row.Key.Variant,
            row.Key.Target,
            row.Key.LabelShare,
            row.Key.Quick,
            row.Key.Layer,
            row.Settings,
            Cells = row.Cells.Select(cell => cell is null ? null : cell.Value.Count == 1 ? new { cell.Value, cell.Low, cell.High } : new { cell.Value, Low = (double?)null, High = (double?)null }),
            Differences = row.Differences.Select(pair => new { pair.Entrant, pair.Baseline, pair.Difference }),
            row.Key.Name,
        }),
        comparison.Notes,
    });

    /// <summary>The tables of undos.</summary>
    public static JsonNode Of(IReadOnlyList<Ablation> ablations) => Node(ablations.Select(ablation => new
    {
        ablation.Setting,
        ablation.Layer,
        ablation.Reference,
        ablation.Conditions,
        Rows = ablation.Rows.Select(row => new
        {
            row.Label,
            row.Stage,
            row.Undo,
            Runs = ablation.Runs(row),
            Measures = from name in Ablation.Names
                       let key = ResultKey.Probe(name, ablation.Layer)
                       let cell = row[key]
                       where cell is not null
                       select new { name, cell.Value, OverControl = row.Less(row.Control, key)?.Difference, OverBefore = row.Less(row.Before, key)?.Difference },
        }),
        ablation.Notes,
    }));

    /// <summary>The numbers of a summary, each the mean over runs.</summary>
    public static JsonArray Of(SummaryTable summary) => (JsonArray)Node(summary.Cells.Select(cell => new { cell.Layer, cell.Protocol, cell.Stage, Value = cell.Value.Mean }));

    /// <summary>Records as <c>evaluation.json</c> has them.</summary>
    public static JsonArray Of(IReadOnlyList<EvaluationRecord> records) => (JsonArray)JsonSerializer.SerializeToNode(records, withoutNull)!;

    private static JsonNode Node<T>(T document) => JsonSerializer.SerializeToNode(document, web)!;
}
