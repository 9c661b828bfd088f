using System.Xml.Linq;
using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Markup;

namespace Lethe.Reporting;

/// <summary>The encoder untrained, before UMM, after it, and the control: dots and a table.</summary>
internal static class ReportOutcome
{
    public static IEnumerable<XElement?> Of(ReportGroup group)
    {
        if (group.UndoNames.Count == 0) yield return Missing("No UMM yet.", $"lethe undo {group.Runs[0].Path}");

        // The summary shows the one undo of one run already.
        if (group.Runs.Sum(run => run.Undos.Count) > 1 && Ablation.Of(group) is { } undos)
            yield return HtmlGrid.Box(undos.Grid() with { Title = $"Every undo, {undos.Layer}" }, "summary ablation");
        if (group.UndoNames.Count == 0)
        {
            foreach (XElement? element in States(group, null)) yield return element;
        }

        foreach (XElement block in Blocks(group, name => States(group, name))) yield return block;
    }

    /// <summary>What there is to show of each undo: plain for one, else each in a block of its own, of which the first is open.</summary>
    public static IEnumerable<XElement> Blocks(ReportGroup group, Func<string, IEnumerable<XElement?>> content)
    {
        IReadOnlyList<(string Name, string Label, string Control)> undos = UndoLabels.Of(group);
        return undos.Count == 1 ? content(undos[0].Name).OfType<XElement>() : undos.Select((undo, i) => El(
            "details",
            Class("block undo"),
            i == 0 ? At("open", "open") : null,
            El("summary", El("b", undo.Label), " ", El("code", undo.Name)),
            content(undo.Name)));
    }

    private static IEnumerable<XElement?> States(ReportGroup group, string? undo)
    {
        SummaryTable table = SummaryTable.Of(group, undo);
        if (table.Cells.Count == 0)
        {
            yield return Missing("Nothing has been evaluated yet.", $"lethe evaluate {group.Runs[0].Path}");
            yield break;
        }

        if (!table.Protocols.Any(Wording.IsAccuracy)) yield return NoLabels(group);
        string spread = group.Runs.Count > 1 ? $"Mean and standard deviation over {group.Runs.Count} seeds" : "One seed: no spread";
        IReadOnlyList<RateSetting> rates = RateConditions.OfEvaluations(group, undo);
        yield return Legend(table);
        yield return El("div", Class("two"), table.Protocols.Select(protocol => Dots(table, rates, protocol).Render()));
        string caption = $"{spread}. Accuracies in %, on images never trained on. ΔR in nats: {RateConditions.Text(rates, table.Rows)}.";
        yield return HtmlGrid.Box(table.Grid("layer") with { Lead = [caption] }, "summary");
    }

    public static XElement? Comparison(ReportModel model)
    {
        if (model.Groups.Count == 1) return null;
        SummaryCell[] cells =
        [
            .. model.Groups.SelectMany(group =>
            {
                SummaryTable table = SummaryTable.Of(group, group.FirstUndo);
                string? last = LayerOrder.Last(table.Rows);
                return table.Cells.Where(cell => cell.Layer == last && Wording.IsAccuracy(cell.Protocol)).Select(cell => cell with { Layer = Row(group) });
            }),
        ];
        if (cells.Length == 0) return null;
        var summary = new SummaryTable(cells);
        return El(
            "section",
            At("id", "comparison"),
            El("h2", "The last layer of each setting"),
            Legend(summary),
            El("div", Class("two"), summary.Protocols.Select(protocol => new DotChart(summary, protocol, AccuracyTitle(protocol), "on images never trained on").Render())),
            HtmlGrid.Box(summary.Grid("setting") with { Lead = ["Accuracies in %, on images never trained on"] }, "summary"));

        // A short title, as a method's name, says more than its letter.
        static string Row(ReportGroup group) => group.Title.Length <= 18 ? group.Title : group.Title.Split(' ')[0];
    }

    public static string AccuracyTitle(string protocol) => protocol == EvaluationProtocol.Linear ? "Linear accuracy" : "kNN accuracy";

    private static DotChart Dots(SummaryTable table, IReadOnlyList<RateSetting> rates, string protocol) => protocol switch
    {
        EvaluationProtocol.Linear => new DotChart(table, protocol, "Linear accuracy", "a linear classifier on the features, on images never trained on"),
        EvaluationProtocol.Knn => new DotChart(table, protocol, "kNN accuracy", "a vote of the nearest labelled images, on images never trained on"),
        _ => new DotChart(
            table,
            protocol,
            protocol == EvaluationProtocol.InstanceReductionTrain ? "Instance ΔR, images trained on" : "Instance ΔR, images never trained on",
            "rows of equal d compare; the projector has a d of its own")
        {
            RowNotes = table.Rows.ToDictionary(layer => layer, layer => RateConditions.Text(rates, layer)),
        },
    };

    private static XElement Legend(SummaryTable table) => El(
        "ul",
        Class("legend"),
        table.Stages.Select(stage => El("li", Class(StageClass(stage)), El("i"), El("b", Wording.Stage(stage)), stage switch
        {
            EvaluationStage.Untrained => " – fresh weights",
            EvaluationStage.Before => " – after pre-training",
            EvaluationStage.Control => " – plain training, as many steps",
            _ => " – undone",
        })));

    private static string StageClass(EvaluationStage stage) => "stage-" + stage.ToString().ToLowerInvariant();

    public static XElement NoLabels(ReportGroup group) => group.Runs[0].Manifest.Data.ClassCount == 0
        ? P(Class("missing"), "The images have no labels, so there are no accuracies; ΔR needs none.")
        : Missing("No accuracy was measured.", $"lethe evaluate {group.Runs[0].Path}");
}
