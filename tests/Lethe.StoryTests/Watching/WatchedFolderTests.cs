using System.Xml.Linq;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Tests.Results;
using Lethe.Watching;

namespace Lethe.Tests.Watching;

/// <summary>What is read of runs on disk, and what is said of them.</summary>
public sealed class WatchedFolderTests : IDisposable
{
    private static readonly DateTimeOffset now = DateTimeOffset.UtcNow;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Runs_BelowAFolder_AreFoundByNameAndNoOtherNameLeadsAnywhere()
    {
        WatchedRuns.Write(folder["a"]);
        WatchedRuns.Write(folder["deep/er/b"]);
        RunDirectory.Create(Path.Combine(folder["a"], "umm", "u")).SaveManifest(ReportSamples.Manifest(kind: RunKind.Umm));
        WatchedRuns.Write(folder[".hidden/c"]);
        var watched = new WatchedFolder(folder["."]);
        Assert.False(watched.IsRun);
        Assert.Equal(["a", "deep/er/b"], watched.Runs.Select(run => run.Id));
        Assert.Equal(["pre-training", "undo u"], watched.Find("a")!.Parts.Select(part => part.Name));
        Assert.All(new[] { "..", "../" + Path.GetFileName(folder.Path) + "/a", "/etc", "a/umm/u", "" }, id => Assert.Null(watched.Find(id)));
        Assert.Equal(["."], new WatchedFolder(folder["a"]).Runs.Select(run => run.Id));
        Assert.Equal(folder["a"], new WatchedFolder(folder["a/umm/u"]).Path);
        Assert.Contains("is not a folder", Assert.Throws<RunException>(() => new WatchedFolder(folder["nothing"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Runs_LinkToAnotherFolder_IsNotFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Making links takes a right there.");
        WatchedRuns.Write(folder["outside/run"]);
        Directory.CreateDirectory(folder["inside"]);
        Directory.CreateSymbolicLink(folder["inside/link"], folder["outside"]);
        Assert.Empty(new WatchedFolder(folder["inside"]).Runs);
    }

    [Fact]
    public void Life_OfEachKind_IsSaid()
    {
        RunDirectory done = WatchedRuns.Write(folder["done"]), alive = WatchedRuns.Write(folder["alive"], status: RunStatus.Running);
        RunDirectory stale = WatchedRuns.Write(folder["stale"], status: RunStatus.Running);
        RunDirectory earlier = WatchedRuns.Write(folder["earlier"], status: RunStatus.Running);
        WatchedRuns.Write(folder["stopped"], status: RunStatus.Interrupted);
        WatchedRuns.Beat(done, TimeSpan.FromHours(3), ended: true);
        WatchedRuns.Beat(alive, TimeSpan.FromSeconds(4));
        WatchedRuns.Beat(stale, TimeSpan.FromHours(3));
        foreach (RunDirectory silent in new[] { stale, earlier })
        {
            foreach (string file in new[] { silent.ManifestPath, silent.MetricsPath })
                File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-3));
        }

        Directory.CreateDirectory(folder["broken"]);
        File.WriteAllText(folder["broken/run.json"], "{ half");
        var watched = new WatchedFolder(folder.Path);
        RunLife Life(string id) => watched.Find(id)!.Life(now);
        Assert.Equal(
            [RunLife.Done, RunLife.Running, RunLife.Stale, RunLife.Stale, RunLife.Interrupted, RunLife.Unreadable],
            new[] { "done", "alive", "stale", "earlier", "stopped", "broken" }.Select(Life));
        string said = RunWords.Sentence(watched.Find("stale")!, now);
        Assert.Contains("3 h", said, StringComparison.Ordinal);
        Assert.Contains($"'lethe pretrain --resume --out {folder["stale"]}'", said, StringComparison.Ordinal);
        Assert.Contains("damaged", RunWords.Sentence(watched.Find("broken")!, now), StringComparison.Ordinal);
        Assert.NotNull(RunWords.Left(watched.Find("alive")!.Now(now), now));
        Assert.Null(RunWords.Left(watched.Find("stale")!.Now(now), now));
    }

    [Fact]
    public void Read_NothingChanged_IsTheSameObjectAndAPulseReadsNoMetrics()
    {
        RunDirectory run = WatchedRuns.Write(folder["a"], status: RunStatus.Running);
        WatchedRun first = WatchedRun.Read("a", run.Path, null);
        Assert.Same(first, WatchedRun.Read("a", run.Path, first));
        WatchedRuns.Beat(run, TimeSpan.Zero);
        WatchedRun second = WatchedRun.Read("a", run.Path, first);
        Assert.NotSame(first, second);
        Assert.Same(first.Run, second.Run);
        run.AppendMeasurements([WatchedRuns.Late(1)]);
        Assert.NotSame(second.Run, WatchedRun.Read("a", run.Path, second).Run);
    }

    [Fact]
    public void RunPage_HostileNames_AreTextAndThePageIsWellFormed()
    {
        RunDirectory run = WatchedRuns.Write(folder["<b>x"], status: RunStatus.Running);
        WatchedRuns.Beat(run, TimeSpan.Zero);
        File.WriteAllText(run.LogPath, "2026-01-01 00:00:00Z  <script>alert('&')</script> ]]> \u0007\n");
        WatchedRun read = Assert.Single(new WatchedFolder(folder.Path).Runs);
        IReadOnlyList<PagePart> parts = RunPage.Parts(read, null, DateTimeOffset.UtcNow);
        XElement page = Parse(WatchPage.Render("<i>t", $"k", parts));
        Assert.DoesNotContain(page.Descendants("script"), script => script.Attribute("src") is null);
        Assert.DoesNotContain(page.Descendants("b"), element => element.Value.Contains('x', StringComparison.Ordinal));
        XElement state = page.Descendants("div").Single(part => (string?)part.Attribute("id") == "state");
        Assert.Contains("<b>x", state.Element("h1")!.Value, StringComparison.Ordinal);
        Assert.Equal("30", (string?)state.Element("progress")!.Attribute("value"));
        Assert.Contains("<script>alert('&')", page.Descendants("pre").Single(log => (string?)log.Attribute("class") == "log").Value, StringComparison.Ordinal);
        Assert.NotEmpty(page.Descendants("svg"));
        Assert.All(page.Descendants("img"), image => Assert.NotEqual("", (string?)image.Attribute("alt")));
    }

    internal static XElement Parse(string page) => XDocument.Parse(page.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal)).Root!;
}
