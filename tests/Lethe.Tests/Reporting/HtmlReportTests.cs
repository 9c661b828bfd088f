using System.Text.RegularExpressions;
using System.Xml.Linq;
using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Tests.Approved;
using Lethe.Tests.Results;

namespace Lethe.Tests.Reporting;

public partial class HtmlReportTests
{
    // A PNG of one grey pixel.
    private static readonly byte[] pixel = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==");

    [Fact]
    public void Render_SmallModel_IsAsApproved() =>
        Approval.Matches(
            "report.html",
            HtmlReport.Render(ReportModel.Of([ReportSamples.Run() with { ViewsPicture = pixel }, ReportSamples.Run(2, umm: 0.04, shift: 0.01)])));

    [Fact]
    public void Render_TwoSettings_SetsThemSideBySide()
    {
        string html = HtmlReport.Render(
            ReportModel.Of([ReportSamples.Run(1), ReportSamples.Run(2), ReportSamples.Run(1, method: "VICReg")]));
        XDocument page = XDocument.Parse(html);
        Assert.Contains(page.Descendants("section"), section => (string?)section.Attribute("id") == "comparison");
        Assert.Equal(
            ["A · SimCLR", "B · VICReg"],
            page.Descendants("li").Select(item => item.Element("b")?.Value ?? "").Where(
                text => text.Contains('·', StringComparison.Ordinal)));
    }

    /// <summary>What was found of weights from elsewhere, what was assumed, and what was trained of them before anything was measured.</summary>
    [Theory]
    [InlineData(0, "Nothing was trained here.")]
    [InlineData(3, "Heads were trained on the encoder in 3 epochs. Every layer")]
    public void Render_ImportedEncoder_SaysWhereItIsFrom(int headEpochs, string expected)
    {
        RunManifest manifest = ReportSamples.Manifest();
        manifest = manifest with
        {
            Origin = new RunOrigin("w.pth", "00", Foreign: true, ["w.pth is a resnet18."], ["Pixels are normalised as given & said."], false),
            Pretraining = manifest.Pretraining with
            {
                Training = manifest.Pretraining.Training with { Epochs = headEpochs, Freeze = "layer4" },
            },
        };
        string html = HtmlReport.Render(ReportModel.Of([ReportSamples.Run() with { Manifest = manifest }]));
        Assert.Contains("w.pth is a resnet18. Pixels are normalised as given &amp; said. " + expected, html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(5, true)]
    public void Render_InterleavedRun_SaysThatItIsNotInThePaper(int every, bool says)
    {
        RunManifest manifest = ReportSamples.Manifest();
        manifest = manifest with { Pretraining = manifest.Pretraining with { Interleaving = new() { UmmEvery = every } } };
        string html = HtmlReport.Render(ReportModel.Of([ReportSamples.Run() with { Manifest = manifest }]));
        Assert.Equal(says, html.Contains("after every 5 epochs. This is not in the paper", StringComparison.Ordinal));
    }

    [Fact]
    public void Render_AnyModel_LoadsNothing()
    {
        string html = HtmlReport.Render(ReportModel.Of([ReportSamples.Run() with { ViewsPicture = pixel, NeighboursPicture = pixel }]));
        Assert.Equal(["https://arxiv.org/abs/2410.00772"], Address().Matches(html).Select(match => match.Value));
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        XDocument page = XDocument.Parse(html);
        Assert.All(
            page.Descendants("img"),
            image => Assert.StartsWith("data:image/png;base64,", (string)image.Attribute("src")!, StringComparison.Ordinal));
        Assert.Equal(2, page.Descendants("img").Count());
    }

    [Fact]
    public void Render_AnyModel_NeverEndsAnElementThatHtmlWouldLeaveOpen()
    {
        string html = HtmlReport.Render(ReportModel.Of([ReportSamples.Run()]));
        Assert.Empty(
            SelfClosed().Matches(html).Select(match => match.Groups[1].Value).Except(
                ["meta", "img", "br", "line", "circle", "rect", "path", "polyline", "polygon"]));
    }

    [Fact]
    public void Render_MarkupInNames_IsEscaped()
    {
        const string Hostile = "<script>alert(\"1\")</script>&'";
        RunManifest manifest = ReportSamples.Manifest() with
        {
            Method = Hostile,
            Command = Hostile,
            Notes = [Hostile],
            Status = RunStatus.Failed,
            Failure = Hostile,
            Pretraining = new() { Data = new() { Data = Hostile } },
            Data = ReportSamples.Manifest().Data with { Source = Hostile },
        };
        ReportRun run = ReportSamples.Run() with { Path = Hostile, Manifest = manifest, Measurements = [.. ReportSamples.Epochs(), new Measurement(1, Hostile, Measure.KnnAccuracy, 0.5)] };
        string html = HtmlReport.Render(ReportModel.Of([run]));
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(Hostile, XDocument.Parse(html).Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_CharactersThatNoPageCanHold_AreReplaced() =>
        Contains("a\uFFFDb\uFFFDc", ReportSamples.Run() with { Manifest = ReportSamples.Manifest() with { Notes = ["a\u0001b\uD800c"] } });

    [Fact]
    public void Render_EveryDrawing_HasATitleADescriptionAndItsAxes()
    {
        XDocument page = XDocument.Parse(HtmlReport.Render(ReportModel.Of([ReportSamples.Run()])));
        XElement[] figures = [.. page.Descendants("figure").Where(figure => figure.Element("svg") is not null)];
        Assert.True(figures.Length >= 12);
        Assert.All(figures, figure =>
        {
            Assert.NotEmpty(figure.Element("figcaption")!.Element("strong")!.Value);
            Assert.Contains(figure.Element("figcaption")!.Elements("span"), note => note.Value.StartsWith("Good: ", StringComparison.Ordinal));
            XElement drawing = figure.Element("svg")!;
            Assert.NotEmpty((string)drawing.Attribute("aria-label")!);
            Assert.NotEmpty(drawing.Element("desc")!.Value);
            Assert.Contains(
                drawing.Elements("text"), text => ((string)text.Attribute("class")!).StartsWith("label", StringComparison.Ordinal));
        });
        Assert.All(
            figures.Where(figure => figure.Value.Contains("ΔR, nats", StringComparison.Ordinal)),
            figure => Assert.Matches(@"m = 512, d = \d+, ε² = 0\.5", figure.Value));
    }

    /// <summary>A page of an encoder from elsewhere does not say that it was trained here.</summary>
    [Fact]
    public void Trained_HeadsAlone_SaysThatTheEncoderStayed()
    {
        ReportRun run = ReportSamples.Run();
        RunOptions options = run.Manifest.Pretraining;
        run = run with
        {
            Manifest = run.Manifest with { Pretraining = options with { Training = options.Training with { Freeze = "layer4" } } },
        };
        Assert.Equal(
            "Heads of SimCLR were trained on a ResNet-18 of width 16, which stayed as it was, with 6 000 embedded images of 32 × 32 pixels: 4 "
            + "epochs in 4 min 10 s.",
            ReportStory.Trained(ReportModel.Of([run]).Groups.Single()).Replace('\u00A0', ' ').Replace('\u202F', ' '));
    }

    /// <summary>The story says once what UMM is, and ends with a command that takes what was found best.</summary>
    [Fact]
    public void Render_OneSetting_BeginsWithAStory()
    {
        ReportRun run = ReportSamples.Run();
        EvaluationRecord[] early = [.. run.Evaluations.Select(record => record with { Layer = "layer2", Value = record.Value + 0.05 })];
        XElement header = XDocument.Parse(HtmlReport.Render(ReportModel.Of([run with { Evaluations = [.. run.Evaluations, .. early] }])))
            .Descendants("header").Single();
        string[] story = [.. header.Descendants("div").First().Elements("p").Select(one => one.Value.Replace('\u00A0', ' '))];
        Assert.Equal(
            "SimCLR trained a ResNet-18 of width 16 on 6 000 embedded images of 32 × 32 pixels: 4 epochs in 4 min 10 s.",
            header.Element("h1")!.Value.Replace('\u00A0', ' ').Replace('\u202F', ' '));
        Assert.Equal(5, story.Length);
        Assert.StartsWith("Is it any good? The kNN accuracy of layer4", story[0], StringComparison.Ordinal);
        Assert.EndsWith("Guessing one of 10 classes is right in 10.0 %.", story[0].Replace('\u202F', ' '), StringComparison.Ordinal);
        Assert.StartsWith(
            "Which layer? Take layer2 for a linear classifier: 79.0 %, 5.0 points [2.4, 7.6] above layer4", story[1],
            StringComparison.Ordinal);
        Assert.Contains("Did it memorise?", story[2], StringComparison.Ordinal);
        Assert.Single(story, one => one.Contains("Undoing Memorization Mechanism", StringComparison.Ordinal));
        Assert.Contains("Take UMM: clearly better than before and control.", story[3], StringComparison.Ordinal);
        Assert.Equal("Next: lethe export runs/1/umm/default --format onnx", story[4]);
    }

    [Fact]
    public void Render_NoUndo_NamesTheCommand() => Contains("lethe undo runs/1", ReportSamples.Run(umm: null));

    [Fact]
    public void Render_NothingMeasured_NamesTheCommands()
    {
        var run = new ReportRun(
            "runs/1", ReportSamples.Manifest() with { Status = RunStatus.Interrupted, Timings = null, RateSettings = [] });
        Contains("lethe diagnose runs/1", run);
        Contains("lethe evaluate runs/1", run);
        Contains("lethe pretrain --resume --out runs/1", run);
    }

    [Fact]
    public void Render_OneEpoch_SaysThatThereIsNoCourse() =>
        Contains("--evaluate-every 1", ReportSamples.Run() with { Measurements = [.. ReportSamples.Epochs().Where(m => m.Epoch == 0)] });

    [Fact]
    public void Render_NoLabels_ShowsReductionsOnly()
    {
        ReportRun run = ReportSamples.Run(umm: null);
        string html = Contains("there are no accuracies; ΔR needs none", run with
        {
            Manifest = run.Manifest with { Data = run.Manifest.Data with { ClassCount = 0 } },
            Measurements = [.. run.Measurements.Where(m => !m.Name.EndsWith("Accuracy", StringComparison.Ordinal))],
            Evaluations = [],
        });
        Assert.Contains("ΔR of layer4", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Accuracy of layer4", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_SameSeedTwice_WarnsThatTheSpreadIsTooSmall() =>
        Assert.Contains(
            "the same seed", HtmlReport.Render(ReportModel.Of([ReportSamples.Run(), ReportSamples.Run()])), StringComparison.Ordinal);

    [Fact]
    public void Render_TwoUndos_ShowsBoth()
    {
        ReportRun run = ReportSamples.Run();
        string html = Contains("UMM (late)", run with { Undos = [run.Undos[0], run.Undos[0] with { Name = "late" }] });
        Assert.Contains("the first of 2 undos", html, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Course_MarksTheStateThatWasKept()
    {
        ReportRun run = ReportSamples.Run();
        Contains("The state of iteration 2 was kept; it is marked.", run);
        string html = Contains(
            "The state of iteration 3 was kept, the last; it is marked.",
            run with { Undos = [run.Undos[0] with { Manifest = run.Undos[0].Manifest with { BestEpoch = null } }] });
        XElement course = XDocument.Parse(html).Descendants("section").Single(section => (string?)section.Attribute("id") == "course");
        Assert.All(course.Descendants("svg"), chart => Assert.Contains(chart.Elements("text"), text => text.Value == "kept"));
    }

    [Fact]
    public void Render_PreTrainingAmongTheUndos_SaysWhichFolderItIs()
    {
        ReportRun run = ReportSamples.Run() with { Undos = [new ReportUndo("moved", ReportSamples.Manifest())] };
        Assert.Contains(
            "umm/moved holds a pre-training",
            Assert.Throws<RunException>(() => HtmlReport.Render(ReportModel.Of([run]))).Message,
            StringComparison.Ordinal);
    }

    private static string Contains(string expected, ReportRun run)
    {
        string html = HtmlReport.Render(ReportModel.Of([run]));
        Assert.Contains(expected, XDocument.Parse(html).Root!.Value, StringComparison.Ordinal);
        return html;
    }

    [GeneratedRegex("https?://[^'<]+")]
    private static partial Regex Address();

    [GeneratedRegex("<([a-z0-9]+)[^<>]*/>")]
    private static partial Regex SelfClosed();
}
