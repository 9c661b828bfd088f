using System.Xml.Linq;
using Lethe.Runs;
using Lethe.Watching;

namespace Lethe.Tests.Watching;

/// <summary>Several runs side by side: filters, order, groups, differences, curves, and an option against the result.</summary>
public sealed class OverviewTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public OverviewTests()
    {
        static RunOptions Batch(RunOptions options, int batch) => options with { Training = options.Training with { BatchSize = batch } };
        WatchedRuns.Write(folder["a"], 1, shift: 0.01);
        WatchedRuns.Write(folder["b"], 2, shift: 0.03);
        WatchedRuns.Write(folder["c"], 3, shift: 0.02, options: options => Batch(options, 32));
        WatchedRuns.Write(folder["d"], 4, RunStatus.Interrupted, options: options => Batch(options, 256));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Of_NoQuery_HasAllRunsTheirDifferencesAndTheUsualMeasure()
    {
        Overview shown = Shown("");
        Assert.Equal(["a", "b", "c", "d"], Ids(shown));
        Assert.Equal(("layer4", "knnAccuracy"), shown.Measure);
        Assert.Contains("training.batchSize", shown.Differing);
        Assert.Equal("128", shown.Common["training.batchSize"]);
        Assert.DoesNotContain("training.epochs", shown.Differing);
        Assert.Equal(["a", "b", "c", "d"], shown.Lines.Select(row => row.Run.Id));
        OverviewRow first = shown.Rows[0];
        Assert.Equal((4, 0.69), (first.Best!.Epoch, Math.Round(first.Last!.Value, 2)));
    }

    [Theory]
    [InlineData("?filter=interrupted", "d")]
    [InlineData("?filter=batchsize%3D128+DONE", "a b")]
    [InlineData("?filter=nothing", "")]
    [InlineData("?sort=-best", "b c a d")]
    [InlineData("?sort=last", "d a c b")]
    [InlineData("?sort=option%3Atraining.batchSize", "c a b d")]
    [InlineData("?sort=-run", "d c b a")]
    public void Of_FilterAndSort_GivesTheseRuns(string query, string ids) => Assert.Equal(ids, string.Join(' ', Ids(Shown(query))));

    [Fact]
    public void Of_LossAndGroup_TakesTheLowestAndPutsTogether()
    {
        Overview shown = Shown("?measure=run%2Floss&group=training.batchSize&run=b&run=c");
        Assert.Equal(1, shown.Rows[0].Best!.Value);
        Assert.Equal(["training.batchSize 128", "training.batchSize 32", "training.batchSize 256"], shown.Groups.Select(group => group.Name));
        Assert.Equal(["b", "c"], shown.Lines.Select(row => row.Run.Id));
        Assert.Equal(["2", "10", "32"], Overview.Ordered(["32", "2", "10", "2"]));
        Assert.Equal(["10", "2", "x"], Overview.Ordered(["x", "2", "10"]));
    }

    [Fact]
    public void Page_OfRuns_MarksWhatDepartsAndDrawsCurvesAndPoints()
    {
        WatchedRuns.Write(folder["e\"><img src=x onerror=alert(1)>"], 5);
        var watched = new WatchedFolder(folder.Path);
        XElement page = WatchedFolderTests.Parse(OverviewPage.Render(
            watched, OverviewPage.Parts(watched, WatchQuery.Parse("?group=training.batchSize&option=training.batchSize"), DateTimeOffset.UtcNow)));
        Assert.Empty(page.Descendants("img"));
        XElement table = page.Descendants("table").Single(one => (string?)one.Attribute("class") == "runs");
        string[] departing = [.. table.Descendants("td").Where(cell => ((string?)cell.Attribute("class"))?.Contains("departs", StringComparison.Ordinal) == true).Select(cell => cell.Value)];
        Assert.Contains("32", departing);
        Assert.Contains("256", departing);
        Assert.DoesNotContain("128", departing);
        Assert.Equal(3, table.Descendants("tr").Count(row => (string?)row.Attribute("class") == "bunch"));
        string hostile = Assert.Single(table.Descendants("a"), link => link.Value.Contains("onerror", StringComparison.Ordinal)).Attribute("href")!.Value;
        Assert.DoesNotContain("\"", hostile, StringComparison.Ordinal);
        XElement[] charts = [.. page.Descendants("svg")];
        Assert.Equal(2, charts.Length);
        Assert.Equal(5, charts[0].Descendants("polyline").Count());
        Assert.Equal(5, charts[1].Descendants("circle").Count());
        Assert.Equal(["32", "128", "256"], charts[1].Descendants("text").Select(text => text.Value).Where(text => text is "32" or "128" or "256"));
    }

    [Fact]
    public void Page_NoRunYet_SaysSo()
    {
        Directory.CreateDirectory(folder["empty"]);
        var watched = new WatchedFolder(folder["empty"]);
        string page = OverviewPage.Render(watched, OverviewPage.Parts(watched, new WatchQuery(), DateTimeOffset.UtcNow));
        Assert.Contains("No run below", page, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Ids(Overview shown) => shown.Rows.Select(row => row.Run.Id);

    private Overview Shown(string query) => Overview.Of(new WatchedFolder(folder.Path).Runs, WatchQuery.Parse(query), DateTimeOffset.UtcNow);
}
