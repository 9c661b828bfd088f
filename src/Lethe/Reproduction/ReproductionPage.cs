using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using static Lethe.Reporting.Html;

namespace Lethe.Reproduction;

/// <summary>What was reproduced as one page that needs nothing beside itself, in the look of the report.</summary>
internal static class ReproductionPage
{
    private const string NoValues = "The paper’s own values are not public to us; give them with --paper FILE.";
    private const string TooSmall = "This preset shows that everything runs. It is too small to say anything of the paper.";

    private static readonly string[] reading =
    [
        "The claims are the paper’s in our own words. Its figures are not drawn here as pictures, and none of its values are made up: "
            + "whoever has them gives them with --paper. The numbering is by claim, and is ours where it cannot be checked.",
        "A claim holds where it holds in every case, and fails where it fails in one. In a case it holds where the effect is clear and as "
            + "claimed; it fails where the contrary is clear, or where the interval leaves out every effect that counts; else it is "
            + "untested: an effect that counts could have been there unseen. “Could have seen” is the smallest true effect that would have "
            + "been clear in four of five repetitions.",
        "Deviations are found by comparing options with those of the preset full by the authors’ conventions, as far as their public code "
            + "and its ancestor (W-MSE) have them. What the paper itself set is not known to us in all.",
    ];

    /// <summary>Renders the page; equal results give equal text.</summary>
    public static string Render(Reproduced of)
    {
        Preset preset = of.Setting.Preset;
        string paper = of.Setting.IsPaper ? "the conventions of the authors’ public code" : "Lethe’s own conventions";
        string about = $"Preset {preset.Name}: {preset.Summary}. By {paper}. "
            + $"{Wording.Counted(of.Plan.Runs.Count, "pre-training")}, {Wording.Duration(of.Seconds)} of work.";
        return HtmlReport.Page($"Reproduction, {preset.Name} – Lethe", $"""
            <div class='page broad'>
            <header>
            <p class='kicker'><b>Lethe</b>{$"  ·  reproduction  ·  {preset.Name}  ·  {of.Setting.Options.Protocol}"}</p>
            <h1>{Headline(of)}</h1>
            <p class='origin'>{about}</p>
            {If(preset.Quick, $"<p class='banner'>{TooSmall}</p>")}
            {Overview(of)}
            </header>
            <main>
            {Each(of.Items, item => Section(of, item))}
            <section id='reading'><h2>How to read this page</h2>{Each(reading, text => $"<p>{text}</p>")}</section>
            {Machine(of)}
            <section id='repeat'><h2>To repeat it</h2><pre>{of.Command}</pre></section>
            </main>
            <footer>
            <p>W. Qiang, Z. Song, Z. Gu, J. Li, C. Zheng, F. Sun, H. Xiong: On the Generalization and Causal Explanation in Self-Supervised
            Learning. International Journal of Computer Vision, 2024. <a href='https://arxiv.org/abs/2410.00772'>arXiv:2410.00772</a></p>
            <p>This page needs no network and loads nothing.</p>
            </footer>
            </div>
            """, "reproduction.css");
    }

    private static string Headline(Reproduced of)
    {
        string all = string.Join("; ", of.Items.GroupBy(item => item.Outcome).OrderBy(same => same.Key)
            .Select(same => $"{Judgement.Name(same.Key)}: {Wording.List([.. same.Select(item => item.Item.Name)])}"));
        return $"{char.ToUpperInvariant(all[0])}{all[1..]}.";
    }

    private static Html Overview(Reproduced of) => $"""

        <ul class='outcomes'>{Each(of.Items, item => $"""
            <li class='{Style(item.Outcome)}'><a href='#{item.Item.Name}'>{item.Item.Name}</a> <b>{Judgement.Name(item.Outcome)}</b>
            <span>{item.Item.Title}</span></li>
            """)}</ul>
        """;

    private static Html Section(Reproduced of, ItemResult item)
    {
        PaperValues.Item? paper = of.Paper?.Of(item.Item.Name);
        ItemReading reading = item.Reading;
        bool isEmpty = reading.Charts.Count == 0 && reading.Grids.All(grid => grid.Rows.Count == 0);
        return $"""

            <section id='{item.Item.Name}'>
            <h2>{item.Item.Name} · {item.Item.Title}</h2>
            <div class='claim'>
            <div>
            <h3>What the paper claims</h3>
            <p>{item.Item.Claim}</p>
            {If(paper is null, $"<p class='lead'>{NoValues}</p>")}
            {If(paper is not null, $"<p class='lead'>{of.Paper?.Source ?? ""}</p>")}
            {Each(paper?.Charts ?? [], chart => chart.Draw().Render())}
            {Each(paper?.Tables ?? [], table => HtmlGrid.Box(table.Draw(), ""))}
            </div>
            <div>
            <h3>What we found</h3>
            {Chart.Row("two", reading.Charts)}
            {Each(reading.Grids.Where(grid => grid.Rows.Count > 0), grid => HtmlGrid.Box(grid, "summary"))}
            {If(isEmpty, $"<p class='missing'>{"Nothing was measured."}</p>")}
            {Each(reading.Notes, note => $"<p class='lead'>{note}</p>")}
            </div>
            </div>
            <div class='judged {Style(item.Outcome)}'>
            <p><b>{item.Words}</b></p>
            <p>{item.Item.Rule}</p>
            {If(reading.Cases.Count > 0, HtmlGrid.Box(Judgement.Table("What was judged", reading.Cases), "summary"))}
            {If(reading.Beside.Count > 0, HtmlGrid.Box(Judgement.Table("Beside the claim, not judged", reading.Beside), "summary"))}
            {Each(item.Failures, failure => $"<p class='banner'>{failure}</p>")}
            {Deviating(item)}
            {Cost(of, item)}
            </div>
            </section>
            """;
    }

    private static Html Deviating(ItemResult item) => $"""

        <details><summary>{Wording.Counted(item.Deviations.Count, "deviation")} from the paper’s setting</summary>
        {Table("", ["option", "here", "full, paper’s conventions"], item.Deviations.Select(
            one => (string[])[one.Option, one.Here.Length == 0 ? "left open" : one.Here, one.Reference]))}
        </details>
        """;

    private static Html Cost(Reproduced of, ItemResult item)
    {
        string root = of.Setting.Options.Out;
        int shared = item.Runs.Count(run => run.Run.Items.Count > 1), done = item.Runs.Count(run => run.Manifest is not null);
        string words = $"{done} of {Wording.Counted(item.Runs.Count, "run")}, {Wording.Duration(item.Seconds)}"
            + (shared > 0 ? $"; {shared} of them serve other items too" : "");
        return $"""

            <details><summary>{words}; the commands</summary>
            <pre>{string.Join('\n', item.Runs.SelectMany(run => RunCommands.Of(run.Run, root)))}</pre>
            </details>
            """;
    }

    private static Html? Machine(Reproduced of)
    {
        RunManifest[] manifests = [.. of.Runs.Select(run => run.Read?.Manifest).OfType<RunManifest>()];
        return If(manifests.Length > 0, $"""

            <section id='machine'><h2>Images, machine, versions</h2>
            <div class='options'>{Table("", [],
            [
                ["images", Together(one => $"{one.Data.Source}, {Wording.Count(one.Data.TrainCount)} trained on")],
                ["fingerprint", Together(one => one.Data.Fingerprint)],
                ["lethe", Together(one => one.ToolVersion)],
                [".NET", Together(one => one.Versions.DotNet)],
                ["libtorch", Together(one => one.Versions.Libtorch)],
                ["system", Together(one => one.Versions.OperatingSystem)],
                ["processor", Together(one => one.Versions.Processor)],
                ["threads", Together(one => Wording.Count(one.Versions.Threads))],
                ["device", Together(one => one.Versions.Device)],
            ])}</div>
            </section>
            """);

        string Together(Func<RunManifest, string> of) => string.Join("; ", manifests.Select(of).Distinct());
    }

    private static string Style(Outcome outcome) => outcome switch
    {
        Outcome.Holds => "holds",
        Outcome.Fails => "fails",
        _ => "untested",
    };
}
