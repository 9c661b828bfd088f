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
            "In the figures each row is a layer, from early to late. The control took as many steps of plain self-supervised training "
                + "as UMM, from the same checkpoint with the same layers frozen. The effect of UMM is its difference from the control.",
            (_, group) => ReportOutcome.Of(group)),
        (
            "map", "Where each layer places images",
            "Each point is an image; the layer sees images that lie together as similar. A good layer brings images of one "
            + "class together, trained on or not, and ever more so from early to late layers; a layer that has memorised keeps images that "
            + "it was trained on apart from unseen ones of their class. Two dimensions cannot show all of that: rely on the map’s "
            + "trustworthiness and on the lists of nearest images.",
            (model, group) => ShowsImages(model) ? ReportMap.Of(group) : []),
        (
            "gallery", "Images worth a look",
            "Images that the last layer, before UMM, places badly, and images that a layer has memorised. Open one on the map to see "
                + "its neighbours.",
            (model, group) => ShowsImages(model) ? ReportGallery.Of(group) : []),
        (
            "protocols", "Evaluation protocols",
            "Each encoder was fitted and measured as its table says, on test images that neither training nor any fit has seen. The "
                + "95 % interval is in square brackets.",
            (_, group) => ReportProtocols.Of(group)),
        (
            "epochs", "Over the epochs of pre-training",
            "An early layer beside the last one. If ΔR of training images (solid) departs from ΔR of images never trained on "
                + "(dashed), the layer tells the two apart. Only a lasting fall of accuracy on images never trained on is called "
                + "memorisation.",
            ReportCurves.Epochs),
        (
            "course", "The course of UMM",
            "UMM beside the control, by iteration. Losses, JS, volume spread and ΔR of the batch are means over the iterations since "
                + "the previous point.",
            (_, group) => ReportCurves.Courses(group)),
        ("pictures", "Views that the encoder sees, and images that it finds similar", "", (_, group) => Pictures(group.Runs[0])),
        ("repeat", "To repeat it", "", (_, group) => ReportRepeat.Of(group)),
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
            {Resource("reading.html")}
            {Glossary.List()}
            </main>
            <footer>
            <p>W. Qiang, Z. Song, Z. Gu, J. Li, C. Zheng, F. Sun, H. Xiong: On the Generalization and Causal Explanation in Self-Supervised
            Learning. International Journal of Computer Vision, 2024. <a href='https://arxiv.org/abs/2410.00772'>arXiv:2410.00772</a></p>
            <p>Made by lethe {first.ToolVersion}. This page needs no network and loads nothing.</p>
            </footer>
            </div>
            """);
    }

    // A browser that knows it asks nothing of anybody, whatever a page held.
    private const string Policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

    /// <summary>A whole page in the look of the report, with a style sheet of its own besides where it names one.</summary>
    internal static string Page(string title, Html content, string? style = null, bool alone = true)
    {
        Html page = $"""
            <!DOCTYPE html>
            <html lang='en'>
            <head>
            <meta charset='utf-8'/>
            <meta name='viewport' content='width=device-width, initial-scale=1'/>
            <meta name='color-scheme' content='light dark'/>
            {If(alone, $"<meta http-equiv='Content-Security-Policy' content='{Policy}'/>")}
            <title>{title}</title>
            <style>
            {Resource("report.css")}{Resource("map.css")}{(style is null ? null : Resource(style))}</style>
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
            {If(lead.Length > 0, $"<p class='lead'>{Glossary.Marked(lead)}</p>")}
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

    // A page about several settings would hold a map for each; weights that were imported without images have none.
    private static bool ShowsImages(ReportModel model) =>
        model is { ShowsMap: true, Groups: [var only] } && only.Runs[0].Manifest.HasImages;

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

    private static Html? Picture(string title, string note, byte[]? png) => png is null ? null : (Html)$"""

        <figure>
        <figcaption><strong>{title}</strong><span class='note'>{note}</span></figcaption>
        <img alt='{title}: {note}' src='data:image/png;base64,{Convert.ToBase64String(png)}'/>
        </figure>
        """;
}
