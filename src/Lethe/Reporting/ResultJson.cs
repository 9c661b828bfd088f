using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Reporting;

/// <summary>Results as JSON for standard output, whose names are an interface: exact numbers, nothing in words.</summary>
internal static class ResultJson
{
    private static readonly JsonSerializerOptions web = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly JsonSerializerOptions withoutNull = new(web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>What <c>lethe compare</c> found.</summary>
    public static JsonNode Of(Comparison comparison) => Node(new
    {
        Entrants = comparison.Table.Entrants.Select(entrant => new { entrant.Name, entrant.Group, entrant.Stage, entrant.Undo }),
        Rows = comparison.Table.Keys.Select(key => new
        {
            key.Protocol,
            key.Measure,
            key.Variant,
            key.Target,
            key.LabelShare,
            key.Quick,
            key.Layer,
            Settings = comparison.Settings(key),
            Cells = comparison.Table.Entrants.Select(entrant => entrant[key] is not { } cell ? null : new
            {
                cell.Value,

                // Of several seeds the deviation is what the table states.
                Low = cell.Value.Count == 1 ? cell.Low : null,
                High = cell.Value.Count == 1 ? cell.High : null,
            }),
            Differences = comparison.Pairs.Where(pair => pair.Key == key && pair.Difference is not null)
                .Select(pair => new { pair.Entrant, pair.Baseline, pair.Difference }),
            key.Name,
        }),
        comparison.Notes,
    });

    /// <summary>What <c>lethe compare --regret</c> found, as fractions.</summary>
    public static JsonNode Of(IReadOnlyList<Regret> regrets) => Node(regrets.Select(regret => new
    {
        regret.Rule,
        regret.Measure,
        regret.Mean,
        regret.Worst,
        Runs = regret.Runs.Select(run => new { run.Run, Regret = run.Value }),
    }));

    /// <summary>The tables of undos.</summary>
    public static JsonNode Of(IReadOnlyList<Ablation> ablations) => Node(ablations.Select(ablation => new
    {
        ablation.Setting,
        ablation.Layer,
        ablation.Reference,
        ablation.Conditions,
        ablation.Rivalry,
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
                       select new
                       {
                           name,
                           cell.Value,
                           OverControl = ablation.Less(row, row.Control, name),
                           OverBefore = ablation.Less(row, row.Before, name),
                       },
        }),
        ablation.Notes,
    }));

    /// <summary>What is said of memorisation in a run, or in several seeds of a setting, with the numbers that decided it.</summary>
    public static JsonNode Of(MemorisationVerdict verdict) => Node(new
    {
        verdict.Kind,
        verdict.Epoch,
        verdict.Layer,
        verdict.SmallestVisible,
        verdict.ReductionShows,
        Accuracies = verdict.Accuracies.Select(accuracy => new
        {
            accuracy.Measure,
            accuracy.Turned,
            accuracy.BestEpoch,
            Drop = Interval(accuracy.Drop),
            BeyondEarly = Interval(accuracy.Beyond),
            P = accuracy.AdjustedP,
            accuracy.Abrupt,
            accuracy.SmallestVisible,
            accuracy.ByImages,
        }),
        Loss = new { verdict.Loss.Turned, verdict.Loss.LowestEpoch, verdict.Loss.Rise },
        verdict.Reason,
    });

    /// <summary>Which layers know the images that they were trained on.</summary>
    public static JsonNode Of(MembershipVerdict verdict) => Node(verdict);

    /// <summary>What is said of memorisation for each setting of a report, its seeds judged together.</summary>
    public static JsonArray OfMemorisation(ReportModel model) => new(
    [
        .. model.Groups.Select(group =>
        {
            JsonObject verdict = Of(group.Memorisation).AsObject();
            verdict.Insert(0, "setting", group.Title);
            verdict.Insert(1, "runs", group.Runs.Count);
            verdict["membership"] = group.Membership is { } membership ? Of(membership) : null;
            return (JsonNode)verdict;
        }),
    ]);

    /// <summary>The numbers of a summary, each the mean over runs.</summary>
    public static JsonNode OfSummary(ResultTable summary) => Node(
        from key in summary.Keys
        from state in summary.Entrants
        let cell = state[key]
        where cell is not null
        select new { key.Layer, key.Measure, state.Stage, Value = cell.Value.Mean });

    /// <summary>Records as <c>evaluation.json</c> has them.</summary>
    public static JsonArray Of(IReadOnlyList<EvaluationRecord> records) => (JsonArray)JsonSerializer.SerializeToNode(records, withoutNull)!;

    private static object Interval(AccuracyDrop drop) => new { drop.Value, drop.Low, drop.High };

    private static JsonNode Node(object document) => JsonSerializer.SerializeToNode(document, web)!;
}
