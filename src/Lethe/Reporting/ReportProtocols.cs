using System.Xml.Linq;
using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Markup;

namespace Lethe.Reporting;

/// <summary>What the protocols found, one by one: by layer and over epochs as pictures, every number, and the settings.</summary>
internal static class ReportProtocols
{
    private const int Width = 360, Height = 210;

    // Fewer layers are no course.
    private const int FewestLayers = 3;

    public static IEnumerable<XElement?> Of(ReportGroup group)
    {
        foreach (string? undo in group.UndoNames.Cast<string?>().DefaultIfEmpty(null))
        {
            ResultTable[] tables = [.. ProtocolTables.Of(ResultTable.Of(group, undo))];
            if (group.UndoNames.Count > 1 && tables.Length > 0)
                yield return El("h3", $"UMM {undo}");
            foreach (ResultTable table in tables)
                yield return Figures(table, OverEpochs(group, table));
        }
    }

    private static XElement Figures(ResultTable table, IReadOnlyList<LineChart> overEpochs)
    {
        LineChart[] byLayer = [.. ByLayer(table)];
        Grid grid = ProtocolTables.Grid(table);
        XElement numbers = HtmlGrid.Table(grid);
        return El(
            "div",
            Class("wide"),
            El("h3", grid.Title),
            byLayer.Length == 0 ? null : El("div", Class("many"), byLayer.Select(chart => chart.Render())),
            overEpochs.Count == 0 ? null : El("h4", "Over the epochs of pre-training"),
            overEpochs.Count == 0 ? null : El("div", Class("many"), overEpochs.Select(chart => chart.Render())),
            byLayer.Length == 0 ? numbers : El("details", Class("block"), El("summary", "Every number"), numbers),
            grid.Notes.Select(text => P(Class("note"), text)));
    }

    private static IEnumerable<LineChart> ByLayer(ResultTable table)
    {
        foreach (IGrouping<ResultKey, ResultKey> rows in table.Keys.GroupBy(key => key with { Layer = "" }))
        {
            ResultKey[] layers = [.. rows];
            if (layers.Length < FewestLayers)
                continue;
            ChartSeries Of(Entrant state) => new(
                state.Label,
                state.Style,
                state.Stage is EvaluationStage.Untrained or EvaluationStage.Control,
                [.. layers.Index().Where(at => state[at.Item] is not null).Select(at => new ChartPoint(at.Index, Shown(state[at.Item]!)))]);
            yield return Chart(rows.Key, "band: the interval of 95 %", "layer", [.. table.Entrants.Select(Of)]) with
            {
                Places = [.. layers.Select(key => key.Layer)],
            };
        }

        static SeedMean Shown(ResultCell cell) => new(100 * cell.Value.Mean, 50 * (cell.High - cell.Low) ?? 0, 1);
    }

    /// <summary>The first, a middle and the last layer at the checkpoints that were kept, the mean over runs.</summary>
    private static IReadOnlyList<LineChart> OverEpochs(ReportGroup group, ResultTable table)
    {
        ResultKey first = table.Keys[0];
        EvaluationRecord[] records =
        [
            .. group.Runs.SelectMany(run => run.Protocols).Where(record => record.Epoch is not null && record.Measure is not null
                && record.Protocol == first.Protocol && record.Target == first.Target && (record.Quick == true) == first.Quick),
        ];
        if (records.Select(record => record.Epoch).Distinct().Count() < 2)
            return [];
        return
        [
            .. records.GroupBy(record => ResultKey.Of(record) with { Layer = "" }).Select(same =>
            {
                IReadOnlyList<string> layers = LayerOrder.Sort(same.Select(record => record.Layer));
                string? last = LayerOrder.Last(layers), early = LayerOrder.Early(layers, null);
                string[] shown = [.. new[] { layers[0], early, last }.OfType<string>().Distinct()];
                return Chart(same.Key, "", "epoch", [.. shown.Select(layer => new ChartSeries(
                    layer,
                    layer == last ? "last" : layer == early ? "early" : "faint",
                    false,
                    [
                        .. same.Where(record => record.Layer == layer).GroupBy(record => record.Epoch!.Value).OrderBy(epoch => epoch.Key)
                            .Select(epoch => new ChartPoint(epoch.Key, SeedMean.Of([.. epoch.Select(record => 100 * record.Value)]))),
                    ]))]);
            }),
        ];
    }

    private static LineChart Chart(ResultKey key, string note, string x, ChartSeries[] series) =>
        new(key.Measure!, string.Join("; ", new[] { key.Fitted, note }.Where(text => text.Length > 0)), x, "× 100", series)
        {
            Width = Width, Height = Height, Decimals = 1,
        };
}
