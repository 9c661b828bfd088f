using System.Text.Json.Nodes;
using Lethe.Data;
using Lethe.Runs;

namespace Lethe.Tests.Cli;

/// <summary>Folders as people have them, from the check to the report.</summary>
[Collection<TorchCollection>]
public sealed class DataTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Check_FolderWithCopies_SaysSoAndFailsOnlyIfStrict()
    {
        Fill("images/train", 12, 0);
        Fill("images/test", 6, 50);
        File.Copy(folder["images/train/03.png"], folder["images/test/copy.png"]);
        CommandLine result = await CommandLine.RunAsync(
            "data", "check", "--data", folder["images"], "--out", folder["groups.csv"], "--json");
        Assert.Equal(0, result.ExitCode);
        JsonNode group = Assert.Single(result.Json["groups"]!.AsArray())!;
        Assert.Equal("equal", (string?)group["kind"]);
        Assert.StartsWith(DataNotice.Void, (string)result.Json["warnings"]![0]!, StringComparison.Ordinal);
        Assert.Contains("equal       2 images in 1 group, 1 of them in several parts", result.Error, StringComparison.Ordinal);
        Assert.Equal(
            ["group,kind,path,part,label", "1,equal,train/03.png,train,", "1,equal,test/copy.png,test,"],
            await File.ReadAllLinesAsync(folder["groups.csv"], TestContext.Current.CancellationToken));

        CommandLine strict = await CommandLine.RunAsync("data", "check", "--data", folder["images"], "--strict", "--json");
        Assert.Equal(1, strict.ExitCode);
        Assert.Contains("lethe: --strict: 1 warnings", strict.Error, StringComparison.Ordinal);
        Assert.NotEmpty(strict.Json["groups"]!.AsArray());
        File.Delete(folder["images/test/copy.png"]);
        CommandLine clean = await CommandLine.RunAsync("data", "check", "--data", folder["images"], "--strict");
        Assert.True(clean.ExitCode == 0, clean.Error);
        Assert.Contains("Nothing to warn of.", clean.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluate_RareClasses_RunsWhatItCanAndSaysWhatNot()
    {
        Fill("images/common1", 20, 0);
        Fill("images/common2", 20, 50);
        Fill("images/rare", 3, 100);
        Fill("images/single", 1, 150);
        await Pretrain("run", "images");
        CommandLine result = await CommandLine.RunAsync(
            "evaluate", folder["run"], "--protocol", "linear,knn,clustering", "--quick", "--threads", "1", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Equal(
            ["clustering", "knn"],
            RunDirectory.Open(folder["run"]).LoadEvaluation().Select(record => record.Protocol)
                .Where(name => name != EvaluationRecord.Probes).Distinct().Order(StringComparer.Ordinal));
        Assert.Contains("Left out: --protocol linear. Class 'rare' has 1 probe image", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pretrain_WithoutLabels_EndsInAReportThatDoubtsWhatIsShared()
    {
        Fill("images/train", 24, 0);
        Fill("images/test", 8, 20);
        await Pretrain("run", "images");
        string[] division = await File.ReadAllLinesAsync(folder["run/division.csv"], TestContext.Current.CancellationToken);
        Assert.Equal("path,part,label,group", division[0]);
        Assert.Equal(
            ["test 8", "train 24"],
            division.Skip(1).CountBy(line => line.Split(',')[1]).Select(part => $"{part.Key} {part.Value}").Order(StringComparer.Ordinal));
        CommandLine report = await CommandLine.RunAsync("report", folder["run"], "--out", folder["report.html"]);
        Assert.True(report.ExitCode == 0, report.Error);
        string page = await File.ReadAllTextAsync(folder["report.html"], TestContext.Current.CancellationToken);
        Assert.InRange(page.Split($"{DataNotice.Void}: 4 of 8 test images are equal").Length - 1, 3, 5);

        File.Delete(folder["images/train/23.png"]);
        CommandLine changed = await CommandLine.RunAsync("evaluate", folder["run"], "--protocol", "knn");
        Assert.Contains("1 images are no longer used (as train/23.png)", changed.Error, StringComparison.Ordinal);
    }

    private async Task Pretrain(string run, string images)
    {
        CommandLine result = await CommandLine.RunAsync(
            "pretrain", "--data", folder[images], "--image-size", "16", "--width", "4", "--backbone", "resnet10", "--epochs", "1",
            "--batch-size", "8", "--threads", "1", "--out", folder[run]);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    private void Fill(string name, int count, int first)
    {
        for (int i = 0; i < count; i++)
            SmallRun.WriteImage(folder[$"{name}/{i:00}.png"], first + i);
    }
}
