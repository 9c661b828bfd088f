using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>What the protocols found, one by one: by layer and over epochs as pictures, every number, and the settings.</summary>
internal static class ReportProtocols
{
    // Fewer layers are no course.
    private const int FewestLayers = 3;

    public static IEnumerable<Html?> Of(ReportGroup group)
    {
        foreach (string? undo in group.UndoNames.Cast<string?>().DefaultIfEmpty(null))
        {
            ResultTable[] tables = [.. ProtocolTables.Of(ResultTable.Of(group, undo))];
            if (group.UndoNames.Count > 1 && tables.Length > 0) yield return $"<h3>{(group.IsRival(undo!) ? "" : "UMM ")}{undo}</h3>";
            foreach (ResultTable table in tables) yield return Figures(group, table);
        }
    }

    private static Html Figures(ReportGroup group, ResultTable table)
    {
        Html? byLayer = Chart.Row("many", ByLayer(table)), overEpochs = Chart.Row("many", OverEpochs(group, table.Keys[0]));
        Grid grid = ProtocolTables.Grid(table);
        Html numbers = HtmlGrid.Table(grid);
        return $"""

            <div class='wide'>
            <h3>{grid.Title}</h3>
            {byLayer}
            {If(overEpochs is not null, $"<h4>Over the epochs of pre-training</h4>{overEpochs}")}
            {(byLayer is null ? numbers : $"<details class='block'><summary>Every number</summary>{numbers}</details>")}
            {Each(grid.Notes, text => $"<p class='note'>{text}</p>")}
            </div>
            """;
    }

    private static IEnumerable<LineChart> ByLayer(ResultTable table)
    {
        foreach (ResultKey[] layers in table.Keys.GroupBy(key => key with { Layer = "" }).Select(rows => rows.ToArray()))
        {
            if (layers.Length < FewestLayers)
                continue;
            yield return Drawn(layers[0], "band: the interval of 95 %", "layer", table.Entrants.Select(state => new ChartSeries(
                state.Label,
                state.Style,
                state.Stage is EvaluationStage.Untrained or EvaluationStage.Control,
                [
                    .. from at in layers.Index()
                       let cell = state[at.Item]
                       where cell is not null
                       select new ChartPoint(at.Index, new SeedMean(100 * cell.Value.Mean, 0, 1))
                       {
                           Interval = cell is { Low: { } low, High: { } high } ? (100 * low, 100 * high) : null,
                       },
                ]))) with { Places = [.. layers.Select(key => key.Layer)] };
        }
    }

    /// <summary>The first, a middle and the last layer at the checkpoints that were kept, the mean over runs.</summary>
    private static IEnumerable<LineChart> OverEpochs(ReportGroup group, ResultKey first)
    {
        EvaluationRecord[] records =
        [
            .. group.Runs.SelectMany(run => run.Evaluations).Where(record => record.Epoch is not null
                && record.Protocol == first.Protocol && record.Target == first.Target && (record.Quick == true) == first.Quick),
        ];
        if (records.DistinctBy(record => record.Epoch).Count() < 2)
            yield break;
        foreach (IGrouping<ResultKey, EvaluationRecord> same in records.GroupBy(record => ResultKey.Of(record) with { Layer = "" }))
        {
            IReadOnlyList<string> layers = LayerOrder.Sort(same.Select(record => record.Layer));
            string? last = LayerOrder.Last(layers), early = LayerOrder.Early(layers, null);
            IEnumerable<string> shown = new[] { layers[0], early, last }.OfType<string>().Distinct();
            yield return Drawn(same.Key, "", "epoch", shown.Select(layer => new ChartSeries(
                layer,
                layer == last ? "last" : layer == early ? "early" : "faint",
                false,
                [
                    .. from record in same
                       where record.Layer == layer
                       group record by record.Epoch!.Value into epoch
                       where MeasuredHow.Alike(epoch)
                       orderby epoch.Key
                       select new ChartPoint(epoch.Key, SeedMean.Of([.. epoch.Select(record => 100 * record.Value)])),
                ])));
        }
    }

    private static LineChart Drawn(ResultKey key, string note, string x, IEnumerable<ChartSeries> series) =>
        new(key.Measure, Wording.Joined("; ", key.Fitted, note), x, "× 100", [.. series])
        {
            Width = 360, Height = 210, Decimals = 1,
        };
}
