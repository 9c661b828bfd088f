using Lethe.Runs;
using Lethe.Tests.Results;

namespace Lethe.Tests.Cli;

[Collection<TorchCollection>]
public sealed class CompareTests : IDisposable
{
    private readonly Lethe.Tests.TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Compare_EvaluatedRuns_WritesTablesJsonMarkdownCsvAndPage()
    {
        string[] runs = [MadeRun.At(folder["1"], 1, 0.03).Path, MadeRun.At(folder["2"], 2, 0.05).Path];
        CommandLine result = await CommandLine.RunAsync(["compare", .. runs, "--json", "--out", folder["compare.html"]]);
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("UMM default − control", result.Error, StringComparison.Ordinal);
        Assert.StartsWith("compare    2 runs: all evaluations of each\ntakes ", result.Error.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Matches(@"(None|[0-9]+) of [0-9]+.differences (is|are) clear\.", result.Error);
        var difference = result.Json["rows"]!.AsArray().Single(row => (string)row!["measure"]! == "linearAccuracy")!["differences"]![1]!;
        Assert.Equal("control", (string)difference["baseline"]!);
        Assert.Equal(0.03, (double)difference["difference"]!["mean"]!, 1e-9);
        Assert.Equal(2, (int)difference["difference"]!["count"]!);
        Assert.Contains(
            "UMM default − control", await File.ReadAllTextAsync(folder["compare.html"], TestContext.Current.CancellationToken),
            StringComparison.Ordinal);

        CommandLine markdown = await CommandLine.RunAsync(["compare", .. runs, "--markdown", "--baseline", "untrained"]);
        Assert.Equal(0, markdown.ExitCode);
        Assert.Contains("| linear probe, accuracy | before − untrained | **+8.00** |", markdown.Output, StringComparison.Ordinal);
        Assert.Empty(markdown.Error);

        CommandLine csv = await CommandLine.RunAsync(["compare", .. runs, "--csv"]);
        Assert.Equal(0, csv.ExitCode);
        string[] lines = csv.Output.Split('\n');
        Assert.StartsWith("protocol,measure,", lines[0], StringComparison.Ordinal);
        Assert.Single(lines, line => line.StartsWith("probes,linearAccuracy,,,,false,layer4,UMM default,control,2,0.03", StringComparison.Ordinal));
        Assert.Empty(csv.Error);
    }

    [Fact]
    public async Task Compare_WrongUse_ExitsWithTwoAndSaysWhatToDo()
    {
        string run = MadeRun.At(folder["1"], 1, 0.03).Path;
        foreach ((string expected, string[] options) in ((string, string[])[])
        [
            ("Use one of 'untrained', 'before'", ["--baseline", "after"]),
            ("Use one of layer4", ["--layer", "layer9"]),
            ("--markdown and --json write to the same", ["--markdown", "--json"]),
            ("--markdown and --csv write to the same", ["--csv", "--markdown"]),
        ])
        {
            CommandLine result = await CommandLine.RunAsync(["compare", run, .. options]);
            Assert.Equal(2, result.ExitCode);
            Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Compare_RunWithoutEvaluation_SaysHowToMakeOne()
    {
        RunDirectory run = RunDirectory.Create(folder["bare"]);
        run.SaveManifest(ReportSamples.Manifest());
        CommandLine result = await CommandLine.RunAsync("compare", run.Path);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"Run 'lethe evaluate {run.Path}'", result.Error, StringComparison.Ordinal);
    }
}
