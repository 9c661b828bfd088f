using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Html;

namespace Lethe.Reporting;

/// <summary>The report: one HTML page that needs nothing beside itself, light or dark as the reader's system is.</summary>
internal static class HtmlReport
{
    private static readonly (string Id, string Title, string Lead, Func<ReportModel, ReportGroup, IEnumerable<Html?>> Content)[] sections =
    [
        (
            "outcome", "Before, control and UMM",
            "In the figures each row is a layer, from early to late. The control made as many steps as UMM, of plain self-supervised "
            + "training, from the same checkpoint with the same part frozen: only what UMM does beyond it is UMM’s.",
            (_, group) => ReportOutcome.Of(group)),
        (
            "protocols", "Under the protocols of evaluation",
            "Each encoder was fitted and measured as its table says, on test images that neither training nor any fit has seen. In square "
            + "brackets, the interval of 95 %.",
            (_, group) => ReportProtocols.Of(group)),
        (
            "epochs", "Over the epochs of pre-training",
            "An early layer beside the last one. Where ΔR of the images trained on (solid) parts from ΔR of images never trained on "
            + "(dashed), or turns, a layer has begun to learn its training images by heart.",
            ReportCurves.Epochs),
        (
            "course", "The course of UMM",
            "UMM beside the control, by iteration. Losses, JS, volume spread and ΔR of the batch are means over the iterations since the "
            + "point before.",
            (_, group) => ReportCurves.Courses(group)),
        ("pictures", "What the encoder is shown, and what it finds alike", "", (_, group) => Pictures(group.Runs[0])),
        ("repeat", "To repeat it", "", (_, group) => ReportRepeat.Of(group)),
    ];

    private static readonly (string Term, string Text)[] reading =
    [
        (
            "ΔR",
            "is coding rate reduction: how much room the features of a layer take altogether, less the room taken within the groups. "
            + "With the instance partition the two views of an image form a group, so it needs no labels. It is in nats and compares "
            + "only at equal m (rows), d (features) and ε² (distortion), which every figure states: compare along a curve and within a "
            + "row, not between layers."),
        (
            "Accuracies",
            "are measured on images that nothing was trained on: neither the encoder nor the probe saw them. Linear is a linear "
            + "classifier on the layer’s features, kNN a vote of the nearest labelled images. The encoder never sees a label."),
        (
            "The control",
            "starts from the same checkpoint as UMM, keeps the same layers frozen and makes as many steps, of plain self-supervised "
            + "training. The difference between UMM and control is what UMM does; the difference between UMM and before also holds what "
            + "any further training does."),
        (
            "Spread",
            "is the standard deviation over seeds. With one seed there is none, and a difference is called clear only where it exceeds "
            + "twice its sampling error on the test images; with several, where the 95 % interval of the mean difference, by a t-test "
            + "paired by seed, leaves out 0. Neither is a proof. Numbers that were not measured in the same way on the same images are "
            + "not subtracted."),
        (
            "Trained on, unseen",
            "are two sets of images of equal size. ΔR that goes on rising on the images trained on while it stands still on unseen ones "
            + "is the trace of memorisation."),
        (
            "The files",
            "behind this page: run.json (options, seed, versions, data), metrics.jsonl (one measurement a line: epoch, layer, name, "
            + "value), evaluation.json (stage, layer, protocol, value), and the same again in umm/NAME and umm/NAME/control."),
    ];

    /// <summary>Renders a page: HTML that is well-formed XML too; equal models give equal text.</summary>
    public static string Render(ReportModel model)
    {
        RunManifest first = model.Groups[0].Runs[0].Manifest;
        bool single = model.Groups.Count == 1;
        return Page(single ? $"{first.Method} on {Wording.Source(first.Data)} – Lethe" : "Comparison – Lethe", $"""
            <div class='page{(single ? "" : " broad")}'>
            {ReportHead.Of(model)}
            <main>
            {ReportOutcome.Comparison(model)}
            {Each(sections, section => $"{Section(model, section.Id, section.Title, section.Lead, section.Content)}")}
            <section id='reading'>
            <h2>How to read this page</h2>
            <ul class='reading'>{Each(reading, entry => $"<li><b>{entry.Term}</b> {entry.Text}</li>")}</ul>
            </section>
            </main>
            <footer>
            <p>W. Qiang, Z. Song, Z. Gu, J. Li, C. Zheng, F. Sun, H. Xiong: On the Generalization and Causal Explanation in Self-Supervised
            Learning. International Journal of Computer Vision, 2024. <a href='https://arxiv.org/abs/2410.00772'>arXiv:2410.00772</a></p>
            <p>Made by lethe {first.ToolVersion}. This page needs no network and loads nothing.</p>
            </footer>
            </div>
            """);
    }

    /// <summary>A whole page in the look of the report.</summary>
    internal static string Page(string title, Html content)
    {
        Html page = $"""
            <!DOCTYPE html>
            <html lang='en'>
            <head>
            <meta charset='utf-8'/>
            <meta name='viewport' content='width=device-width, initial-scale=1'/>
            <meta name='color-scheme' content='light dark'/>
            <title>{title}</title>
            <style>
            {Style()}</style>
            </head>
            <body>
            {content}
            </body>
            </html>

            """;
        return page.ToString();
    }

    private static Html? Section(
        ReportModel model, string id, string title, string lead, Func<ReportModel, ReportGroup, IEnumerable<Html?>> content)
    {
        Html?[][] groups = [.. model.Groups.Select(group => content(model, group).ToArray())];
        return If(groups.Any(group => group.Length > 0), $"""

            <section id='{id}'>
            <h2>{title}</h2>
            {If(lead.Length > 0, $"<p class='lead'>{lead}</p>")}
            <div class='groups{(model.Groups.Count == 1 ? " single" : "")}'>
            {Each(model.Groups.Zip(groups), group => $"""
                <div>
                {If(group.First.Title.Length > 0, $"<h3>{group.First.Title}</h3>")}
                {group.Second}
                </div>
                """)}
            </div>
            </section>
            """);
    }

    private static IEnumerable<Html?> Pictures(ReportRun run)
    {
        if (run.ViewsPicture is null && run.NeighboursPicture is null)
            return [Missing("No pictures were made.", $"lethe evaluate {run.Path}")];
        Html? views = Picture(
            "Views", "images of the training part, each beside views of it that the method is to map to the same place", run.ViewsPicture);
        Html? neighbours = Picture(
            "Nearest neighbours", "test images, each followed by the images that the last layer puts nearest to it, by cosine",
            run.NeighboursPicture);
        return [$"<div class='two'>{views}{neighbours}</div>"];
    }

    private static Html? Picture(string title, string note, ReadOnlyMemory<byte>? png) => png is null ? null : (Html)$"""

        <figure>
        <figcaption><strong>{title}</strong><span class='note'>{note}</span></figcaption>
        <img alt='{title}: {note}' src='data:image/png;base64,{Convert.ToBase64String(png.Value.Span)}'/>
        </figure>
        """;

    private static Html Style()
    {
        using Stream sheet = typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(sheet);
        return Raw(reader.ReadToEnd());
    }
}
