using System.Text.Json.Nodes;
using System.Xml.Linq;
using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Markup;

namespace Lethe.Reporting;

/// <summary>The report: one HTML page that needs nothing beside itself, light or dark as the reader's system is.</summary>
internal static class HtmlReport
{
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
        return Page(Document(
            model.Groups.Count == 1 ? $"{first.Method} on {Wording.Source(first.Data)} – Lethe" : "Comparison – Lethe",
            El(
                "div",
                Class(model.Groups.Count == 1 ? "page" : "page broad"),
                ReportHead.Of(model),
                El(
                    "main",
                    ReportOutcome.Comparison(model),
                    Section(
                        model,
                        "outcome",
                        "Before, control and UMM",
                        "In the figures each row is a layer, from early to late. The control made as many steps as UMM, of plain "
                        + "self-supervised training, from the same checkpoint with the same part frozen: only what UMM does beyond it is "
                        + "UMM’s.",
                        ReportOutcome.Of),
                    model.Groups.Any(
                        group => ReportProtocols.Of(group).Any()) ? Section(model, "protocols", "Under the protocols of evaluation",
                        "Each encoder was fitted and measured as its table says, on test images that neither training nor any fit has "
                        + "seen. In square brackets, the interval of 95 %.",
                        ReportProtocols.Of) : null,
                    Section(
                        model,
                        "epochs",
                        "Over the epochs of pre-training",
                        "An early layer beside the last one. Where ΔR of the images trained on (solid) parts from ΔR of images never "
                        + "trained on (dashed), or turns, a layer has begun to learn its training images by heart.",
                        group => ReportCurves.Epochs(model, group)),
                    Section(
                        model,
                        "course",
                        "The course of UMM",
                        "UMM beside the control, by iteration. Losses, JS, volume spread and ΔR of the batch are means over the "
                        + "iterations since the point before.",
                        ReportCurves.Courses),
                    Section(model, "pictures", "What the encoder is shown, and what it finds alike", "", Pictures),
                    Section(model, "repeat", "To repeat it", "", Repeat),
                    Reading()),
                Foot(first))));
    }

    /// <summary>A whole page in the look of the report.</summary>
    internal static XElement Document(string title, XElement content) => El(
        "html",
        At("lang", "en"),
        El(
            "head",
            El("meta", At("charset", "utf-8")),
            El("meta", At("name", "viewport"), At("content", "width=device-width, initial-scale=1")),
            El("meta", At("name", "color-scheme"), At("content", "light dark")),
            El("title", title),
            El("style", ReportStyle.Css)),
        El("body", content));

    private static XElement Section(
        ReportModel model, string id, string title, string lead, Func<ReportGroup, IEnumerable<XElement?>> content) => El(
        "section",
        At("id", id),
        El("h2", title),
        lead.Length == 0 ? null : P(Class("lead"), lead),
        El(
            "div",
            Class(model.Groups.Count == 1 ? "groups single" : "groups"),
            model.Groups.Select(group => El("div", group.Title.Length == 0 ? null : El("h3", group.Title), content(group)))));

    private static IEnumerable<XElement?> Pictures(ReportGroup group)
    {
        ReportRun run = group.Runs[0];
        if (run.ViewsPicture is null && run.NeighboursPicture is null)
        {
            yield return Missing("No pictures were made.", $"lethe evaluate {run.Path}");
            yield break;
        }

        yield return El(
            "div",
            Class("two"),
            run.ViewsPicture is { } views ? Picture(
                "Views", "images of the training part, each beside views of it that the method is to map to the same place", views) : null,
            run.NeighboursPicture is { } neighbours ? Picture(
                "Nearest neighbours", "test images, each followed by the images that the last layer puts nearest to it, by cosine",
                neighbours) : null);
    }

    private static XElement Picture(string title, string note, ReadOnlyMemory<byte> png) => El(
        "figure",
        El("figcaption", El("strong", title), El("span", Class("note"), note)),
        El("img", At("alt", $"{title}: {note}"), At("src", "data:image/png;base64," + Convert.ToBase64String(png.Span))));

    private static IEnumerable<XElement?> Repeat(ReportGroup group)
    {
        string[] commands =
        [
            .. group.Runs.SelectMany(run => run.Undos.Select(undo => undo.Manifest.Command).Prepend(run.Manifest.Command)).Distinct(),
            $"lethe report {string.Join(' ', group.Runs.Select(run => run.Path))}",
        ];
        // An option stays in one piece where a line is broken.
        yield return El(
            "pre",
            string.Join('\n', commands).Split(' ').SelectMany(
                (word, i) => (object[])[i == 0 ? "" : " ", word.StartsWith('-') && !word.Contains('\n') ? El("span", word) : word]));

        RunManifest manifest = group.Runs[0].Manifest;
        RunData data = manifest.Data;
        RunVersions versions = manifest.Versions;
        yield return El(
            "div",
            Class("options"),
            Table("Data", [],
            [
                ["source", data.Source],
                ["fingerprint", string.Join(", ", group.Runs.Select(run => run.Manifest.Data.Fingerprint).Distinct())],
                ["trained on, without labels", Wording.Count(data.TrainCount)], ["probes fitted on", Wording.Count(data.ProbeCount)],
                ["measured on", Wording.Count(data.TestCount)],
                ["classes", data.ClassCount == 0 ? "no labels" : Wording.Count(data.ClassCount)],
                ["view", $"{data.ImageSize} × {data.ImageSize} pixels, {Wording.Counted(data.Channels, "channel")}"],
                ["channel mean", string.Join(", ", data.ChannelMean.Select(Wording.Short))],
                ["channel deviation", string.Join(", ", data.ChannelStandardDeviation.Select(Wording.Short))],
            ]),
            Table("Versions and machine", [],
            [
                ["lethe", manifest.ToolVersion], [".NET", versions.DotNet], ["TorchSharp", versions.TorchSharp],
                ["libtorch", versions.Libtorch],
                ["system", versions.OperatingSystem], ["processor", versions.Processor], ["threads", Wording.Count(versions.Threads)],
                ["device", versions.Device],
                .. versions.Kernels is { } kernels ? (IEnumerable<IReadOnlyList<string>>)[["kernels", kernels]] : [],
                [group.Runs.Count == 1 ? "seed" : "seeds", string.Join(", ", group.Runs.Select(run => run.Manifest.Seed))],
                ["run format", $"{manifest.FormatVersion}"],
            ]));
        yield return El("h3", "Options");
        yield return El("div", Class("options"), OptionTables(RunFiles.ToJson(manifest.Pretraining), ""));
        foreach (ReportUndo undo in group.Runs[0].Undos)
            yield return El(
                "details", Class("block"), El("summary", $"Options of UMM {undo.Name}"),
                El("div", Class("options"), OptionTables(RunFiles.ToJson(undo.Options), "umm")));

        string[] notes =
            [.. group.Runs.SelectMany(run => run.Undos.SelectMany(undo => undo.Manifest.Notes).Concat(run.Manifest.Notes)).Distinct()];
        if (notes.Length > 0) yield return El(
            "details",
            Class("block"),
            El("summary", Wording.Counted(notes.Length, "note")),
            El("ul", notes.Select(note => El("li", note))));
    }

    private static IEnumerable<XElement> OptionTables(JsonNode options, string title)
    {
        var rows = ReportModel.Flatten(options).Where(option => option.Key.Length > 0).Select(
            option =>
                (Section: title.Length > 0 || !option.Key.Contains('.') ? title : option.Key[..option.Key.IndexOf('.')], Option: option));
        return rows.GroupBy(row => row.Section)
            .Select(section => Table(section.Key.Length == 0 ? "general" : section.Key, [], section.Select(row => (IEnumerable<string>)
        [
            title.Length == 0 && section.Key.Length > 0 ? row.Option.Key[(section.Key.Length + 1)..] : row.Option.Key, row.Option.Value,
        ])));
    }

    private static XElement Reading() => El(
        "section",
        At("id", "reading"),
        El("h2", "How to read this page"),
        El("ul", Class("reading"), reading.Select(entry => El("li", El("b", entry.Term), " ", entry.Text))));

    private static XElement Foot(RunManifest manifest) => El(
        "footer",
        P(
            "W. Qiang, Z. Song, Z. Gu, J. Li, C. Zheng, F. Sun, H. Xiong: On the Generalization and Causal Explanation in Self-Supervised "
            + "Learning. International Journal of Computer Vision, 2024. ",
            El("a", At("href", "https://arxiv.org/abs/2410.00772"), "arXiv:2410.00772")),
        P($"Made by lethe {manifest.ToolVersion}. This page needs no network and loads nothing."));
}
