using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Lethe.Reporting;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Tests.Results;

namespace Lethe.Tests.Reporting;

/// <summary>A number that a page shows in several places is one number: in sentences, tiles, tables, figures, and on the map.</summary>
public sealed partial class PageNumbersTests
{
    private static readonly Dictionary<string, string> figures = new()
    {
        ["Linear accuracy"] = "linear", ["kNN accuracy"] = "kNN",
        ["Instance ΔR, images trained on"] = "ΔR trained on", ["Instance ΔR, images never trained on"] = "ΔR unseen",
    };

    private sealed record Shown(string Measure, string Layer, string State, string Number, string Where);

    public static TheoryData<int, double, double, bool> Samples => new()
    {
        { 1, 0.05, 0.01, false }, { 1, 0.05, 0.01, true }, { 2, 0.034, 0.012, false }, { 3, -0.02, 0.005, true },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void Render_AnyRuns_ShowsEachNumberAsOne(int seeds, double umm, double control, bool hits)
    {
        ReportRun[] runs = [.. Enumerable.Range(1, seeds).Select(seed => ReportSamples.Run((ulong)seed, umm, control, 0.0037 * seed))];
        XElement page = Page(hits ? [.. runs.Select(run => ReportSamples.WithHits(run))] : runs);
        Shown[] all = [.. Sentences(page), .. Tiles(page), .. Summary(page), .. Undos(page), .. Dots(page)];
        foreach (string where in new[] { "story", "tile", "summary", "undos", "figure" })
            Assert.Contains(all, one => one.Where == where);
        int compared = 0;
        foreach (var same in all.GroupBy(one => (one.Measure, one.Layer, one.State)))
        {
            foreach ((Shown one, Shown other) in same.Zip(same.Skip(1)))
            {
                Assert.True(Agree(one.Number, other.Number), $"{one} and {other}");
                compared++;
            }
        }

        Assert.InRange(compared, 30, 500);
    }

    /// <summary>What is said of the map is what the map's own numbers give.</summary>
    [Fact]
    public void Render_AMap_CountsWhatItsDataHold()
    {
        XElement page = Page([ReportSamples.Run() with { Map = MapSamples.Map(80) }]);
        JsonElement data = JsonDocument.Parse(page.Descendants("script").Single(one => (string?)one.Attribute("id") == "map-data").Value).RootElement;
        int count = data.GetProperty("names").GetArrayLength(), seen = data.GetProperty("seen").GetInt32();
        string text = Plain(page.Descendants("section").Single(one => (string?)one.Attribute("id") == "map").Value);
        Assert.Contains($"{seen} images that the encoder was trained on and {count - seen} that it was not", text, StringComparison.Ordinal);

        JsonElement layer = data.GetProperty("states").EnumerateArray().Single(state => state.GetProperty("stage").GetString() == "before")
            .GetProperty("layers").EnumerateArray().Single(one => one.GetProperty("layer").GetString() == "layer4");
        int near = layer.GetProperty("near").GetInt32();
        int[] neighbours = MapNumbers.Whole(layer.GetProperty("neighbours").GetBytesFromBase64()), labels = MapNumbers.Whole(data.GetProperty("labels").GetBytesFromBase64());
        int[] same = [.. Enumerable.Range(0, count).Select(i => Enumerable.Range(0, near).Count(j => labels[neighbours[(i * near) + j]] == labels[i]))];
        double agreement = 100.0 * same.Sum() / (count * near);
        string story = Plain(page.Descendants("header").Single().Value);
        Assert.Contains($"{agreement.ToString("F1", CultureInfo.InvariantCulture)} % have its class in layer4", story, StringComparison.Ordinal);

        string gallery = Plain(page.Descendants("section").Single(one => (string?)one.Attribute("id") == "gallery").Value);
        Assert.Contains($"{same.Count(own => near - own >= 6)} image of {count} with at least 6 of the 10 nearest", gallery, StringComparison.Ordinal);
        double[] distances = MapNumbers.Distances(layer.GetProperty("distances").GetBytesFromBase64());
        Assert.Contains(distances.Max().ToString("F3", CultureInfo.InvariantCulture), gallery, StringComparison.Ordinal);
    }

    private static IEnumerable<Shown> Sentences(XElement page)
    {
        string story = Plain(page.Descendants("div").First(one => (string?)one.Attribute("class") == "story").Value);
        foreach (Match rise in Rise().Matches(story))
        {
            yield return new(rise.Groups["measure"].Value, rise.Groups["layer"].Value, "untrained", rise.Groups["from"].Value, "story");
            yield return new(rise.Groups["measure"].Value, rise.Groups["layer"].Value, "before", rise.Groups["to"].Value, "story");
        }

        foreach (Match states in States().Matches(story))
        {
            foreach (Match state in State().Matches(states.Groups["states"].Value))
                yield return new(states.Groups["measure"].Value, states.Groups["layer"].Value, state.Groups["state"].Value, state.Groups["number"].Value, "story");
        }
    }

    private static IEnumerable<Shown> Tiles(XElement page)
    {
        foreach (XElement tile in page.Descendants("div").Where(one => (string?)one.Attribute("class") == "tile"))
        {
            string name = tile.Elements().First().Value, figure = First(tile.Elements().ElementAt(1)), aside = Plain(tile.Elements().Last().Value);
            if (figures.TryGetValue(name, out string? measure) && Untrained().Match(aside) is { Success: true } untrained)
            {
                yield return new(measure, untrained.Groups["layer"].Value, "before", figure, "tile");
                yield return new(measure, untrained.Groups["layer"].Value, "untrained", untrained.Groups["number"].Value, "tile");
            }
            else if (name.StartsWith("UMM gain, ", StringComparison.Ordinal) && Gain().Match(aside) is { Success: true } gain)
            {
                yield return new(name["UMM gain, ".Length..], gain.Groups["layer"].Value, "UMM − control", figure, "tile");
            }
        }
    }

    private static IEnumerable<Shown> Summary(XElement page)
    {
        XElement table = page.Descendants("table").First(one => (string?)one.Attribute("class") == "summary");
        (string Group, string Title)[] columns = Columns(table);
        return from row in table.Element("tbody")!.Elements()
               from cell in row.Elements().Index().Skip(1)
               where First(cell.Item) != GridCell.Nothing
               select new Shown(columns[cell.Index].Group, row.Elements().First().Value, columns[cell.Index].Title, First(cell.Item), "summary");
    }

    private static IEnumerable<Shown> Undos(XElement page)
    {
        XElement table = page.Descendants("table").Single(one => (string?)one.Attribute("class") == "summary ablation");
        string layer = ((string)table.Parent!.Attribute("aria-label")!).Split(", ")[^1];
        (string Group, string Title)[] columns = Columns(table);
        foreach (XElement row in table.Element("tbody")!.Elements())
        {
            string state = row.Elements().First().Value;
            foreach ((int i, XElement cell) in row.Elements().Index().Skip(2).Where(one => First(one.Item) != GridCell.Nothing))
            {
                (string group, string title) = columns[i];
                string measure = group.EndsWith(" accuracy", StringComparison.Ordinal) ? group[..^" accuracy".Length] : title;
                yield return new(measure, layer, title.StartsWith('−') ? $"{state} {title}" : state, First(cell), "undos");
            }
        }
    }

    private static IEnumerable<Shown> Dots(XElement page) =>
        from figure in page.Descendants("figure")
        let name = figure.Descendants("strong").First().Value
        where figures.ContainsKey(name) && figure.Descendants("text").Any(text => (string?)text.Attribute("class") == "row")
        from title in figure.Descendants("title")
        let dot = Dot().Match(Plain(title.Value))
        where dot.Success
        select new Shown(figures[name], dot.Groups["layer"].Value, dot.Groups["state"].Value, dot.Groups["number"].Value, "figure");

    // The groups of columns span several.
    private static (string Group, string Title)[] Columns(XElement table)
    {
        XElement[] head = [.. table.Element("thead")!.Elements()];
        string[] groups = [.. head[0].Elements().SelectMany(cell => Enumerable.Repeat(cell.Value, (int?)cell.Attribute("colspan") ?? 1))];
        return [.. groups.Zip(head[1].Elements().Select(cell => cell.Value))];
    }

    private static bool Agree(string one, string other)
    {
        double a = Value(one), b = Value(other);
        int decimals = Math.Min(Decimals(one), Decimals(other));
        return Math.Abs(a - b) <= (0.5 * Math.Pow(10, -decimals)) + 1e-9;

        static double Value(string text) => double.Parse(text.Replace('−', '-').TrimStart('+', '±'), CultureInfo.InvariantCulture);

        static int Decimals(string text) => text.Length - 1 - text.IndexOf('.', StringComparison.Ordinal);
    }

    private static string First(XElement element) => Plain(element.DescendantNodes().OfType<XText>().First().Value).Trim().Split(' ')[0];

    private static string Plain(string text) => text.Replace('\u00A0', ' ').Replace('\u202F', ' ').ReplaceLineEndings(" ");

    private static XElement Page(ReportRun[] runs) => XDocument.Parse(HtmlReport.Render(ReportModel.Of(runs))).Root!;

    [GeneratedRegex(@"The (?<measure>kNN|linear) accuracy of (?<layer>\w+) \w+ from (?<from>[0-9.]+)[^(]*\(untrained\) to (?<to>[0-9.]+)")]
    private static partial Regex Rise();

    [GeneratedRegex(@"(?<measure>kNN|linear) on (?<layer>\w+): (?<states>before .*?%)\.")]
    private static partial Regex States();

    [GeneratedRegex(@"(?<state>before|control|UMM) (?<number>[0-9.]+)")]
    private static partial Regex State();

    [GeneratedRegex(@"^(?<layer>\w+); untrained (?<number>[0-9.]+)")]
    private static partial Regex Untrained();

    [GeneratedRegex(@"^points over control, (?<layer>\w+):")]
    private static partial Regex Gain();

    [GeneratedRegex(@"^(?<layer>\w+), (?<state>[^:]+): (?<number>[−0-9.]+)")]
    private static partial Regex Dot();
}
