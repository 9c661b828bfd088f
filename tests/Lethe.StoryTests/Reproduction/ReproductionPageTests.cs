using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Lethe.Diagnostics;
using Lethe.Reproduction;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Tests.Approved;
using Lethe.Tests.Results;

namespace Lethe.Tests.Reproduction;

public sealed partial class ReproductionPageTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Render_MadeUpRuns_IsAsApproved() =>
        Approval.Matches("reproduction.html", Style().Replace(ReproductionPage.Render(Sample()), "<style></style>"));

    [Fact]
    public void Render_MadeUpRuns_IsWellFormedAndLoadsNothing()
    {
        string html = ReproductionPage.Render(Sample());
        XDocument page = XDocument.Parse(html);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", html, StringComparison.Ordinal);
        Assert.Equal(
            Sample().Items.Select(item => item.Item.Name),
            page.Descendants("section").Select(section => (string)section.Attribute("id")!).Intersect(Items.Words));
    }

    /// <summary>The verdict of an item, the cases beneath it and the document for programs say the same.</summary>
    [Fact]
    public void Render_EveryItem_SaysWhatItsNumbersSay()
    {
        Reproduced sample = Sample();
        XDocument page = XDocument.Parse(ReproductionPage.Render(sample));
        JsonArray items = ReproductionJson.Of(sample)["items"]!.AsArray();
        foreach ((ItemResult item, JsonNode? json) in sample.Items.Zip(items))
        {
            XElement section = page.Descendants("section").Single(one => (string?)one.Attribute("id") == item.Item.Name);
            XElement judged = section.Descendants("div").Single(div => ((string?)div.Attribute("class"))?.StartsWith("judged", StringComparison.Ordinal) == true);
            Assert.StartsWith(Judgement.Name(item.Outcome), judged.Descendants("b").First().Value, StringComparison.Ordinal);
            string[] cases = [.. judged.Descendants("tbody").First().Elements("tr").Select(row => row.Elements().ElementAt(5).Value)];
            Assert.Equal(item.Reading.Cases.Select(one => Judgement.Name(one.Outcome)), cases);
            Assert.Equal(item.Outcome.ToString(), (string)json!["outcome"]!, ignoreCase: true);
        }
    }

    [Fact]
    public void Outcome_OfAPresetThatIsTooSmall_IsNeverAVerdict()
    {
        ItemResult item = Sample().Items[0] with { Reading = new ItemReading([new Judgement("case", Outcome.Holds, "clear")]) };
        Assert.Equal(Outcome.Holds, item.Outcome);
        ItemResult quick = item with { IsConclusive = false };
        Assert.Equal(Outcome.Underpowered, quick.Outcome);
        Assert.Contains("too small for a verdict", quick.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Paper_Values_AreDrawnDashedBesideTheClaim()
    {
        File.WriteAllText(folder["paper.json"], """
            {
              "source": "read off figure 1 by A. Reader",
              "items": {
                "figure1": {
                  "charts": [{ "title": "As printed", "x": "epoch", "y": "accuracy, %", "lines": [{ "name": "layer4", "points": [[0, 10], [100, 60], [200, 55]] }] }],
                  "tables": [{ "title": "Numbers", "columns": ["method", "accuracy"], "rows": [["SimCLR", "61.0"]] }]
                }
              }
            }
            """);
        string html = ReproductionPage.Render(Sample() with { Paper = PaperValues.Read(folder["paper.json"]) });
        XElement section = XDocument.Parse(html).Descendants("section").Single(one => (string?)one.Attribute("id") == "figure1");
        Assert.Contains("read off figure 1 by A. Reader", section.Value, StringComparison.Ordinal);
        Assert.Contains("As printed", section.Value, StringComparison.Ordinal);
        Assert.Contains(section.Descendants("g"), line => (string?)line.Attribute("class") == "early dashed");
    }

    [Theory]
    [InlineData("{", "docs/reproduce.md")]
    [InlineData("""{ "source": "a", "items": { "figrue1": {} } }""", "Did you mean figure1")]
    [InlineData("""{ "source": "a", "items": { "figure1": { "chart": [] } } }""", "chart")]
    [InlineData("""{ "source": "a", "items": { "figure1": { "charts": [{ "title": "t", "x": "x", "y": "y", "lines": [{ "name": "l", "points": [[1]] }] }] } } }""", "two numbers")]
    public void Paper_FileThatIsNoSuch_SaysWhatIsWrong(string text, string expected)
    {
        File.WriteAllText(folder["paper.json"], text);
        Assert.Contains(expected, Assert.Throws<DataException>(() => PaperValues.Read(folder["paper.json"])).Message, StringComparison.Ordinal);
    }

    /// <summary>Two seeds of a made-up method, with UMM clearly above its control and a last layer that turns.</summary>
    private static Reproduced Sample()
    {
        var setting = new Setting(Preset.Small, new ReproductionOptions { Preset = "small", Seeds = 2 });
        Item[] items = [.. Items.Find(["figure1", "figure2", "figure4", "figure5"])];
        Plan plan = Plan.Of(items, setting);
        ReportRun[] read = [Run(1, setting), Run(2, setting)];
        IReadOnlyList<ReportGroup> groups = ReportModel.Of(read).Groups;
        PlannedRun[] simclr = [.. plan.Runs.Where(run => run.Options.Method == "simclr")];
        return new Reproduced(
            setting, "lethe reproduce figure1 figure2 figure4 figure5 --preset small",
            [
                .. items.Select(item => new ItemResult(
                    item, item.Read(setting, groups), [.. simclr.Select((run, i) => (run, (RunManifest?)read[i].Manifest))],
                    Deviations.Of(setting, plan.Runs, [read[0].Manifest])) { IsConclusive = true, Seconds = 100 }),
            ],
            plan)
        {
            Runs = [.. plan.Runs.Select(run => (run, run.Folder("reproduction"), run.Options.Method == "simclr" ? read[run.Options.Seed - 1] : null))],
            Seconds = 123,
        };
    }

    private static ReportRun Run(ulong seed, Setting setting)
    {
        double shift = 0.002 * seed;
        ReportRun run = ReportSamples.Run(seed, umm: 0.05 + shift, control: 0.01, shift: shift);
        return run with
        {
            Measurements = [.. Enumerable.Range(0, 12).SelectMany(epoch => Epoch(epoch, shift))],
            Undos = [run.Undos[0] with { Name = Setting.NameOf(setting.Undo) }],
        };
    }

    // The last layer rises to epoch 6 and then falls by ten points; the early one goes on.
    private static IEnumerable<Measurement> Epoch(int epoch, double shift)
    {
        double late = 0.4 + (0.02 * Math.Min(epoch, 6)) - (Math.Max(0, epoch - 6) * (0.02 + shift)), early = 0.4 + (0.01 * epoch) + shift;
        return
        [
            new(epoch, "layer4", Measure.KnnAccuracy, late),
            new(epoch, "layer4", Measure.LinearAccuracy, late + 0.05),
            new(epoch, "layer2", Measure.KnnAccuracy, early),
            new(epoch, "layer2", Measure.LinearAccuracy, early + 0.05),
            new(epoch, "layer4", Measure.InstanceReductionHeldOut, 10 - Math.Abs(epoch - 6.0)),
        ];
    }

    [GeneratedRegex("<style>.*?</style>", RegexOptions.Singleline)]
    private static partial Regex Style();
}
