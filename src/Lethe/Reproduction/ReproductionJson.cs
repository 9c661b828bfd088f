using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Lethe.Reproduction;

/// <summary>What was reproduced as JSON, <c>repro.json</c>: exact numbers under names that programs may rely on.</summary>
internal static class ReproductionJson
{
    private static readonly JsonSerializerOptions web = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The document.</summary>
    public static JsonObject Of(Reproduced of) => Node(new
    {
        Preset = of.Setting.Preset.Name,
        of.Setting.Options.Protocol,
        of.Command,
        of.Seconds,
        Items = of.Items.Select(item => new
        {
            item.Item.Name,
            item.Item.Title,
            item.Item.Claim,
            item.Item.Rule,
            item.Outcome,
            item.Seconds,
            Cases = item.Reading.Cases.Select(Case),
            Beside = item.Reading.Beside.Select(Case),
            Tables = item.Reading.Grids.Select(grid => new
            {
                grid.Title,
                Columns = grid.Columns.Select(column => column.Name),
                Rows = grid.Rows.Select(row => row.Cells.Select(cell => cell.Text)),
            }),
            item.Deviations,
            item.Failures,
            Runs = item.Runs.Select(run => run.Run.Name),
        }),
        Runs = of.Runs.Select(run => new
        {
            run.Run.Name,
            run.Path,
            run.Run.Items,
            Done = run.Read is not null,
            Commands = RunCommands.Of(run.Run, of.Setting.Options.Out),
            Images = run.Read?.Manifest.Data.Fingerprint,
            TrainImages = run.Read?.Manifest.Data.TrainCount,
            Weights = run.Read?.Evaluations.Concat(run.Read.Undos.SelectMany(undo => undo.Evaluations))
                .Where(record => record.Epoch is null && record.Weights is not null).Select(record => record.Weights).Distinct(),
            run.Read?.Manifest.Versions,
            Tool = run.Read?.Manifest.ToolVersion,
        }),
    });

    /// <summary>What there is and what it takes.</summary>
    public static JsonObject Of(
        IReadOnlyList<(Setting Setting, Price Price, IReadOnlyList<(Item Item, Price Price)> Items)> list) => Node(new
    {
        Items = Reproduction.Items.Every.Select(item => new { item.Name, item.Title, item.Claim }),
        Presets = list.Select(one => new
        {
            one.Setting.Preset.Name,
            one.Setting.Preset.Summary,
            one.Setting.Preset.Methods,
            Seeds = one.Setting.Seeds.Count,
            one.Price.Runs,
            one.Price.Undos,
            one.Price.Hours,
            one.Price.Gigabytes,
            Items = one.Items.Select(
                item => new { item.Item.Name, item.Price.Runs, item.Price.Undos, item.Price.Hours, item.Price.Gigabytes }),
        }),
    });

    private static object Case(Judgement one) => new
    {
        one.Case, one.Outcome, one.Why, one.Effect, one.Low, one.High, one.P, one.Smallest, Unit = one.Unit.Name, one.Unit.Factor,
    };

    private static JsonObject Node(object document) => JsonSerializer.SerializeToNode(document, web)!.AsObject();
}
