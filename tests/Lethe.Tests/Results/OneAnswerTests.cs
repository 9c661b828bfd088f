using System.Text.Json.Nodes;
using System.Xml.Linq;
using Lethe.Diagnostics;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Tests.Results;

/// <summary>A difference has one answer: in a report's table, sentences and tiles, in what undo says to take, and in compare.</summary>
public class OneAnswerTests
{
    private static readonly string[] accuracies = [Measure.LinearAccuracy, Measure.KnnAccuracy];

    /// <summary>Gains around what can just be told: some are clear by themselves and not among the differences of the table.</summary>
    public static TheoryData<int, double> Samples => new(
        from runs in new[] { 1, 2, 4 }
        from gain in new[] { 0, 0.008, 0.014, 0.02 }
        select new TheoryDataRow<int, double>(runs, gain));

    private static readonly Dictionary<(int, double), ReportModel> models =
        Samples.ToDictionary(sample => (sample.Data.Item1, sample.Data.Item2), sample => Model(sample.Data.Item1, sample.Data.Item2));

    [Theory]
    [MemberData(nameof(Samples))]
    public void Page_AnyGain_CallsInSentencesClearWhatItsTableDoes(int runs, double gain)
    {
        ReportModel model = models[(runs, gain)];
        XElement page = XDocument.Parse(HtmlReport.Render(model)).Root!;
        bool[] bold = [.. accuracies.Select(measure => Bold(page, model, measure, "− control"))];
        foreach ((string measure, bool isBold) in accuracies.Zip(bold))
        {
            string aside = Tile(page, $"UMM gain, {Wording.Probe(measure)}");
            Assert.EndsWith(isBold ? ": clear" : "points)", aside, StringComparison.Ordinal);
            Assert.Equal(isBold, !aside.Contains("not clear", StringComparison.Ordinal));
        }

        string verdict = Verdict.Of(model.Groups[0]);
        Assert.Equal(bold.Any(one => one), verdict.Contains("more than the control", StringComparison.Ordinal));
        Assert.Equal(bold.Any(one => !one), verdict.Contains("not clear (could have seen ", StringComparison.Ordinal));

        // kNN decides which state to take: the first that none after it clearly beats.
        StateChoice choice = StateChoice.Of(ResultTable.Of(model.Groups[0], model.Groups[0].FirstUndo));
        bool controlGains = Bold(page, model, Measure.KnnAccuracy, "− before", "control");
        bool ummGains = Bold(page, model, Measure.KnnAccuracy, "− before");
        EvaluationStage expected = (controlGains ? bold[1] : ummGains) ? EvaluationStage.Umm
            : controlGains ? EvaluationStage.Control : EvaluationStage.Before;
        Assert.Equal(expected, choice.Stage);
        Assert.Contains(choice.Sentence, page.Value, StringComparison.Ordinal);
        bool beatsBoth = expected == EvaluationStage.Umm && ummGains && bold[1];
        Assert.Equal(beatsBoth, choice.Sentence.Contains("clearly better than before and control", StringComparison.Ordinal));
        Assert.Equal(!beatsBoth, choice.Sentence.Contains("Could have seen a gain of ", StringComparison.Ordinal));
    }

    /// <summary>What the former test would not see if sentences made tests of their own.</summary>
    [Fact]
    public void Page_SomeOfTheseGains_IsClearAloneAndNotInItsTable() => Assert.Contains(
        models.Values,
        model => Ablation.Of(model.Groups[0])!.Differences.Any(
            one => one.Difference is { IsClear: false, P: < 0.05 } && one.Entrant == "UMM default" && one.Baseline == "control"));

    [Theory]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(3, false)]
    public void Compare_TheRunsOfAReport_HasTheSameNumbers(int runs, bool withHits)
    {
        ReportModel model = Model(runs, 0.02, withHits);
        JsonNode undos = ResultJson.Of(Ablation.Of(model))[0]!, comparison = ResultJson.Of(Comparison.Of(model, new()));
        string[] entrants = [.. comparison["entrants"]!.AsArray().Select(entrant => (string)entrant!["name"]!)];
        int compared = 0;
        foreach (JsonNode row in undos["rows"]!.AsArray().Select(row => row!))
        {
            string name = (string?)row["undo"] is { } undo ? $"UMM {undo}" : (string)row["stage"]!;
            foreach (JsonNode measure in row["measures"]!.AsArray().Select(measure => measure!))
            {
                JsonNode? other = comparison["rows"]!.AsArray().SingleOrDefault(
                    one => (string)one!["protocol"]! == EvaluationRecord.Probes && (string)one["measure"]! == (string)measure["name"]!);
                if (other is null)
                    continue;
                Assert.Equal($"{measure["value"]}", $"{other["cells"]![Array.IndexOf(entrants, name)]!["value"]}");
                foreach ((string field, string baseline) in new[] { ("overControl", "control"), ("overBefore", "before") })
                {
                    JsonNode? found = other["differences"]!.AsArray().SingleOrDefault(
                        one => (string)one!["entrant"]! == name && (string)one["baseline"]! == baseline);
                    if (found is null)
                        continue;
                    bool isAccuracy = accuracies.Contains((string)measure["name"]!);
                    Assert.Equal(Told(measure[field]!, isAccuracy), Told(found["difference"]!, isAccuracy));
                    compared++;
                }
            }
        }

        Assert.Equal((2 + 1 + 2) * 3, compared);
    }

    /// <summary>All of an accuracy's difference; of others, of which compare has more, what it knows without those beside it.</summary>
    private static string Told(JsonNode difference, bool isAccuracy)
    {
        JsonObject numbers = difference.DeepClone().AsObject();
        foreach (string name in isAccuracy ? [] : (string[])["pHolm", "tests", "isClear", "visibleFrom"])
            Assert.True(numbers.Remove(name));
        return numbers.ToJsonString();
    }

    private static bool Bold(XElement page, ReportModel model, string measure, string column, string label = "UMM")
    {
        Grid grid = Ablation.Of(model.Groups[0])!.Grid();
        int at = grid.Columns.ToList().FindIndex(
            one => one.Title == column && one.Group.StartsWith(Wording.Probe(measure), StringComparison.Ordinal));
        XElement table = page.Descendants("table").Single(
            one => ((string?)one.Attribute("class"))?.EndsWith("ablation", StringComparison.Ordinal) == true);
        XElement row = table.Element("tbody")!.Elements().Single(one => one.Elements().First().Value == label);
        return row.Elements().ElementAt(at).Element("b") is not null;
    }

    private static string Tile(XElement page, string name)
    {
        IEnumerable<XElement> tiles = page.Descendants("div").Where(one => (string?)one.Attribute("class") == "tile");
        return tiles.Single(one => one.Elements().First().Value == name).Elements().Last().Value;
    }

    private static ReportModel Model(int runs, double gain, bool withHits = true) => ReportModel.Of(
    [
        .. Enumerable.Range(1, runs).Select(seed =>
        {
            double umm = 0.01 + gain + (0.001 * (seed % 3)), shift = 0.005 * (seed * 2 % 5);
            ReportRun run = ReportSamples.Run((ulong)seed, umm, control: 0.01, shift);
            ReportUndo first = run.Undos[0];
            run = run with
            {
                Undos =
                [
                    first,
                    first with
                    {
                        Name = "no-beta",
                        Manifest = first.Manifest with
                        {
                            Umm = first.Manifest.Umm! with { Beta = 0 }, StartedUtc = first.Manifest.StartedUtc.AddMinutes(1),
                        },
                    },
                ],
            };
            return withHits ? ReportSamples.WithHits(run) : run;
        }),
    ]);
}
