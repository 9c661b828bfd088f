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
        ResultTable table = Summary.Of(ResultTable.Of(group, undo));
        if (table.Keys.Count == 0)
        {
            yield return Missing("Nothing has been evaluated yet.", $"lethe evaluate {group.Runs[0].Path}");
            yield break;
        }

        if (!table.Keys.Any(key => key.IsAccuracy)) yield return NoLabels(group);
        string spread = group.Runs.Count > 1 ? $"Mean and standard deviation over {group.Runs.Count} seeds" : "One seed: no spread";
        IReadOnlyList<RateSetting> rates = RateConditions.Of(table);
        yield return Legend(table);
        yield return El("div", Class("two"), Summary.Shown(table).Select(protocol => Dots(table, rates, protocol).Render()));
        string caption = $"{spread}. Accuracies in %, on images never trained on. ΔR in nats: {RateConditions.Text(rates, table.Layers)}.";
        yield return HtmlGrid.Box(Summary.Grid(table, "layer") with { Lead = [caption] }, "summary");
    }

    public static XElement? Comparison(ReportModel model)
    {
        if (model.Groups.Count == 1) return null;
        ResultTable table = Summary.OfSettings(model);
        return table.Keys.Count == 0 ? null : El(
            "section",
            At("id", "comparison"),
            El("h2", "The last layer of each setting"),
            Legend(table),
            El(
                "div",
                Class("two"),
                Summary.Shown(table).Select(
                    protocol => new DotChart(table, protocol, AccuracyTitle(protocol), "on images never trained on").Render())),
            HtmlGrid.Box(Summary.Grid(table, "setting") with { Lead = ["Accuracies in %, on images never trained on"] }, "summary"));
    }

    public static string AccuracyTitle(string protocol) => protocol == EvaluationProtocol.Linear ? "Linear accuracy" : "kNN accuracy";

    private static DotChart Dots(ResultTable table, IReadOnlyList<RateSetting> rates, string protocol) => protocol switch
    {
        EvaluationProtocol.Linear =>
            new DotChart(table, protocol, "Linear accuracy", "a linear classifier on the features, on images never trained on"),
        EvaluationProtocol.Knn =>
            new DotChart(table, protocol, "kNN accuracy", "a vote of the nearest labelled images, on images never trained on"),
        _ => new DotChart(
            table,
            protocol,
            protocol == EvaluationProtocol.InstanceReductionTrain
                ? "Instance ΔR, images trained on"
                : "Instance ΔR, images never trained on",
            "rows of equal d compare; the projector has a d of its own")
        {
            RowNotes = table.Layers.ToDictionary(layer => layer, layer => RateConditions.Text(rates, layer)),
        },
    };

    private static XElement Legend(ResultTable table) => El(
        "ul",
        Class("legend"),
        table.Entrants.Select(state => El("li", Class(state.Style), El("i"), El("b", state.Label), state.Stage switch
        {
            EvaluationStage.Untrained => " – fresh weights",
            EvaluationStage.Before => " – after pre-training",
            EvaluationStage.Control => " – plain training, as many steps",
            _ => " – undone",
        })));

    public static XElement NoLabels(ReportGroup group) => group.Runs[0].Manifest.Data.ClassCount == 0
        ? P(Class("missing"), "The images have no labels, so there are no accuracies; ΔR needs none.")
        : Missing("No accuracy was measured.", $"lethe evaluate {group.Runs[0].Path}");
}
