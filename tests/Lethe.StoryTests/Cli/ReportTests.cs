using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using Lethe.Runs;
using Lethe.Tests.Results;

namespace Lethe.Tests.Cli;

[Collection<TorchCollection>]
public sealed class ReportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Report_MapColumns_AreColoursOfTheMap()
    {
        RunDirectory run = WithMap();
        await File.WriteAllTextAsync(
            folder["notes.csv"],
            "file;age;note;brightness\nimages/05.png;3.5;dark;7\n06.png;-2;;8\nimages/07;NA;;9\nimages/99.png;1;;1\n", Token);
        CommandLine result = await CommandLine.RunAsync("report", run.Path, "--map-columns", folder["notes.csv"]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.StartsWith("report     1 run as one page\ntakes ", result.Error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("columns that are no numbers are left out: note ('dark').", result.Error, StringComparison.Ordinal);
        Assert.Contains("1 rows of notes.csv are of no image on the map.", result.Error, StringComparison.Ordinal);
        Assert.Contains("57 of 60 images on the map have no row in notes.csv, as images/00.png, ", result.Error, StringComparison.Ordinal);

        Dictionary<string, float[]> columns = Columns(await File.ReadAllTextAsync(run.ReportPath, Token));
        Assert.Equal(["brightness", "age", "brightness (notes.csv)"], columns.Keys);
        Assert.Equal([float.NaN, 3.5f, -2, float.NaN], columns["age"].Skip(4).Take(4));
        Assert.Equal([7, 8, 9, float.NaN], columns["brightness (notes.csv)"].Skip(5).Take(4));

        // They belong to this page, and change nothing that is kept.
        Assert.Equal(0, (await CommandLine.RunAsync("report", run.Path)).ExitCode);
        Assert.Equal(["brightness"], Columns(await File.ReadAllTextAsync(run.ReportPath, Token)).Keys);
    }

    /// <summary>What the page itself writes of a selection can be given back to it.</summary>
    [Fact]
    public async Task Report_MapColumnsOfNumberedImages_AreFoundByTheirNumber()
    {
        RunDirectory run = MadeRun.At(folder["run"]);
        ImageMap map = MapSamples.Map();
        run.SaveMap(map with { Names = [.. Enumerable.Range(0, map.Count).Select(i => $"image {100 + i}")] });
        await File.WriteAllTextAsync(folder["a.csv"], "path,part,x\nimage 101,unseen,1.5\n102,unseen,2.5\n", Token);
        CommandLine result = await CommandLine.RunAsync("report", run.Path, "--map-columns", folder["a.csv"]);
        Assert.True(result.ExitCode == 0, result.Error);
        float[] values = Columns(await File.ReadAllTextAsync(run.ReportPath, Token))["x"];
        Assert.Equal([float.NaN, 1.5f, 2.5f], values.Take(3));
    }

    [Theory]
    [InlineData("path,age\nimages/05.png,3\n", false, "has no map to colour")]
    [InlineData("path,age\nother.png,3\n", true, "none of its 1 rows is of an image of the map. Its first says other.png")]
    [InlineData("path,age\nimages/05.png,3\n05.png,4\n", true, "lines 2 and 3 are both of images/05.png")]
    [InlineData("path,age\nimages/05.png,old\n", true, "has no column of numbers: age ('old')")]
    [InlineData("a,age\nimages/05.png,3\n", true, "no column is called path. Found a, age")]
    [InlineData("images/05.png,3\nimages/06.png,3\n", true, "expected a line of titles")]
    [InlineData("", true, "is empty")]
    [InlineData(null, true, "cannot be read")]
    public async Task Report_MapColumnsThatCannotBeUsed_SaysWhatToDoAndWritesNoPage(string? table, bool map, string expected)
    {
        RunDirectory run = map ? WithMap() : MadeRun.At(folder["run"]);
        if (table is not null)
            await File.WriteAllTextAsync(folder["t.csv"], table, Token);
        CommandLine result = await CommandLine.RunAsync("report", run.Path, "--map-columns", folder["t.csv"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(run.ReportPath));
    }

    /// <summary>The table of undos as CSV has the numbers of its JSON, digit for digit.</summary>
    [Fact]
    public async Task Report_Csv_HasTheNumbersOfTheJson()
    {
        string[] runs = [MadeRun.At(folder["1"], 1, 0.03).Path, MadeRun.At(folder["2"], 2, 0.05).Path];
        CommandLine csv = await CommandLine.RunAsync(["report", .. runs, "--csv"]), json = await CommandLine.RunAsync(["report", .. runs, "--json"]);
        Assert.True(csv.ExitCode == 0, csv.Error);
        string[][] lines = [.. csv.Output.Trim().Split('\n').Select(line => line.Split(','))];
        int At(string name) => Array.IndexOf(lines[0], name);
        int compared = 0;
        foreach (JsonNode row in json.Json["ablation"]!.AsArray().Single()!["rows"]!.AsArray().Select(row => row!))
        {
            string entrant = (string?)row["undo"] is { } undo ? $"UMM {undo}" : (string)row["stage"]!;
            foreach (JsonNode measure in row["measures"]!.AsArray().Select(measure => measure!).Where(one => one["value"] is not null))
            {
                string[] line = Assert.Single(
                    lines, one => one[At("entrant")] == entrant && one[At("measure")] == (string)measure["name"]! && one[At("baseline")].Length == 0);
                Assert.Equal((double)measure["value"]!["mean"]!, double.Parse(line[At("mean")], CultureInfo.InvariantCulture));
                string[]? less = lines.SingleOrDefault(
                    one => one[At("entrant")] == entrant && one[At("measure")] == (string)measure["name"]! && one[At("baseline")] == "control");
                Assert.Equal(measure["overControl"] is null, less is null);
                if (less is null)
                    continue;
                Assert.Equal((double)measure["overControl"]!["mean"]!, double.Parse(less[At("mean")], CultureInfo.InvariantCulture));
                compared++;
            }
        }

        Assert.Equal(3, compared);
        CommandLine none = await CommandLine.RunAsync("report", Bare().Path, "--csv");
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("or leave --csv out", none.Error, StringComparison.Ordinal);
    }

    private RunDirectory WithMap()
    {
        RunDirectory run = MadeRun.At(folder["run"]);
        run.SaveMap(MapSamples.Map());
        return run;
    }

    private RunDirectory Bare()
    {
        RunDirectory run = RunDirectory.Create(folder["bare"]);
        run.SaveManifest(ReportSamples.Manifest());
        return run;
    }

    private static Dictionary<string, float[]> Columns(string page) => JsonDocument.Parse(
        XDocument.Parse(page).Descendants("script").Single(script => (string?)script.Attribute("id") == "map-data").Value)
        .RootElement.GetProperty("columns").EnumerateArray().ToDictionary(
            column => column.GetProperty("name").GetString()!,
            column => MapNumbers.Single(column.GetProperty("values").GetBytesFromBase64()));
}
