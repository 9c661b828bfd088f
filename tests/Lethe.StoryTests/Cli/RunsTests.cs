using System.Text.Json.Nodes;
using Lethe.Cli;
using Lethe.Runs;
using Lethe.Tests.Watching;

namespace Lethe.Tests.Cli;

/// <summary><c>lethe runs</c>, and verbs that take a folder of runs as one argument.</summary>
public sealed class RunsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public RunsTests()
    {
        WatchedRuns.Write(folder["a"]);
        WatchedRuns.Write(folder["deep/b"], status: RunStatus.Interrupted);
        RunDirectory alive = WatchedRuns.Write(folder["c"], status: RunStatus.Running);
        WatchedRuns.Beat(alive, TimeSpan.FromSeconds(4));
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Runs_OfAFolder_AreListedFilteredAndSorted()
    {
        CommandLine all = await CommandLine.RunAsync("runs", folder.Path, "--json", "--sort", "run", "--reverse");
        Assert.True(all.ExitCode == 0, all.Error);
        JsonArray runs = all.Json["runs"]!.AsArray();
        Assert.Equal(["deep/b", "c", "a"], runs.Select(run => (string)run!["run"]!));
        Assert.Equal(["interrupted", "running", "done"], runs.Select(run => (string)run!["state"]!));
        Assert.All(runs, run => Assert.NotNull(run!["heardUtc"]));
        Assert.True(all.Error.Contains($"below {folder.Path}: 1 running, 1 interrupted, 1 done.", StringComparison.Ordinal), all.Error);
        CommandLine done = await CommandLine.RunAsync("runs", folder.Path, "--filter", "done", "--csv");
        string[] lines = done.Output.TrimEnd('\n').Split('\n');
        Assert.StartsWith("run,state,heard,epochs,left,method,data,last,best,best epoch", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("a,done,", Assert.Single(lines[1..]), StringComparison.Ordinal);
        Assert.Contains("No run has all of these words", (await CommandLine.RunAsync("runs", folder.Path, "--filter", "frob")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--sort", "lst", "Did you mean last?")]
    [InlineData("--measure", "layer4/knnAcuracy", "was measured in none of these runs. Did you mean layer4/")]
    public async Task Runs_UnknownColumnOrMeasure_IsSaid(string flag, string value, string said)
    {
        CommandLine result = await CommandLine.RunAsync("runs", folder.Path, flag, value);
        Assert.Equal(Verb.WrongUse, result.ExitCode);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_FolderOfRuns_TakesThoseThatAreDone()
    {
        CommandLine result = await CommandLine.RunAsync("report", folder.Path, "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(folder["report.html"], (string)result.Json["report"]!);
        Assert.Contains("2 of 3 runs are left out, since they are not done: c (running), deep/b (interrupted)", result.Error, StringComparison.Ordinal);
        CommandLine none = await CommandLine.RunAsync("compare", folder["deep"]);
        Assert.Equal(Verb.Failed, none.ExitCode);
        Assert.Contains("No run in", none.Error, StringComparison.Ordinal);
    }
}
