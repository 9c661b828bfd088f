using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>The encoder untrained, before UMM, after it, and the control: dots and a table.</summary>
internal static class ReportOutcome
{
    private static readonly (string Measure, string Title, string Note)[] figures =
    [
        (Measure.LinearAccuracy, "Linear accuracy", "a linear classifier on the features, on images never trained on"),
        (Measure.KnnAccuracy, "kNN accuracy", "a vote of the nearest labelled images, on images never trained on"),
        (Measure.InstanceReductionTrain, "Instance ΔR, images trained on", OwnDimension),
        (Measure.InstanceReductionHeldOut, "Instance ΔR, images never trained on", OwnDimension),
    ];

    private const string OwnDimension = "comparable only between rows with the same d; the projector's d differs";

    public static IEnumerable<Html?> Of(ReportGroup group)
    {
        if (group.UndoNames.Count == 0) yield return Missing("No UMM yet.", $"lethe undo {group.Runs[0].Path}");

        // Every sentence on a difference is held by this table, also with one undo of one run.
        if (Ablation.Of(group) is { } undos)
            yield return HtmlGrid.Box(undos.Grid() with { Title = $"Every undo, {undos.Layer}" }, "summary ablation");
        foreach (Html? piece in group.UndoNames.Count == 0 ? States(group, null) : Blocks(group, name => States(group, name)))
            yield return piece;
    }

    /// <summary>What there is to show of each undo: plain for one, else each in a block of its own, of which the first is open.</summary>
    public static IEnumerable<Html?> Blocks(ReportGroup group, Func<string, IEnumerable<Html?>> content)
    {
        IReadOnlyList<(string Name, string Label, string Control)> undos = UndoLabels.Of(group);
        return undos.Count == 1 ? content(undos[0].Name) : undos.Select((undo, i) => (Html)$"""

            <details class='block undo'{If(i == 0, $" open='open'")}>
            <summary><b>{undo.Label}</b> <code>{undo.Name}</code></summary>
            {content(undo.Name)}
            </details>
            """);
    }

    /// <summary>The last layer of each setting; null where there is one setting, or nothing was evaluated.</summary>
    public static Html? Comparison(ReportModel model)
    {
        ResultTable table = Summary.OfSettings(model);
        return If(model.Groups.Count > 1 && table.Keys.Count > 0, $"""

            <section id='comparison'>
            <h2>The last layer of each setting</h2>
            {Legend(table)}
            {Chart.Row("two", Summary.Shown(table).Select(
                measure => new DotChart(table, measure, Title(measure), "on images never trained on")))}
            {HtmlGrid.Box(Summary.Grid(table, "setting") with { Lead = ["Accuracies in %, on images never trained on"] }, "summary")}
            </section>
            """);
    }

    public static string Title(string measure) => figures.First(figure => figure.Measure == measure).Title;

    public static Html NoLabels(ReportGroup group) => group.Runs[0].Manifest.Data.ClassCount == 0
        ? (Html)$"<p class='missing'>The images have no labels, so there are no accuracies; ΔR needs none.</p>"
        : Missing("No accuracy was measured.", $"lethe evaluate {group.Runs[0].Path}");

    private static IEnumerable<Html?> States(ReportGroup group, string? undo)
    {
        ResultTable table = Summary.Of(ResultTable.Of(group, undo));
        if (table.Keys.Count == 0)
            return [Missing("Nothing has been evaluated yet.", $"lethe evaluate {group.Runs[0].Path}")];

        IReadOnlyList<RateSetting> rates = RateConditions.Of(table);
        string spread = group.Runs.Count > 1 ? $"Mean and standard deviation over {group.Runs.Count} seeds" : "One seed: no spread";
        string caption = $"{spread}. Accuracies in %, on images never trained on. ΔR in nats: {RateConditions.Text(rates, table.Layers)}.";
        return
        [
            table.Keys.Any(key => key.IsAccuracy) ? null : NoLabels(group),
            Legend(table),
            Chart.Row("two", from figure in figures
                             where Summary.Shown(table).Contains(figure.Measure)
                             select new DotChart(
                                 table, figure.Measure, figure.Title, figure.Note,
                                 figure.Note == OwnDimension ? layer => RateConditions.Text(rates, layer) : null)),
            HtmlGrid.Box(Summary.Grid(table, "layer") with { Lead = [caption] }, "summary"),
        ];
    }

    private static Html Legend(ResultTable table) => $"""

        <ul class='legend'>{Each(table.Entrants, state => $"<li class='{state.Style}'><i></i> <b>{state.Label}</b>{state.Stage switch
        {
            EvaluationStage.Untrained => " – fresh weights",
            EvaluationStage.Before => " – after pre-training",
            EvaluationStage.Control => " – plain training, as many steps",
            _ => " – undone",
        }}</li>")}</ul>
        """;
}
