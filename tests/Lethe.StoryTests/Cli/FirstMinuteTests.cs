using System.Text.Json.Nodes;
using Lethe.Cli;
using Lethe.Runs;

namespace Lethe.Tests.Cli;

/// <summary>What somebody meets who starts on images of their own.</summary>
[Collection<TorchCollection>]
public sealed class FirstMinuteTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string[] Quick =>
    [
        "--data", folder["images"], "--backbone", "resnet10", "--width", "4", "--projector-hidden", "16", "--projector-output", "8", "--threads",
        "1",
    ];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("pretrain")]
    [InlineData("run")]
    [InlineData("import", "weights.pth")]
    public async Task Resume_OfNothing_IsAnErrorThatNamesTheRunNearby(params string[] verb)
    {
        foreach (string name in (string[])["simclr-cats", "vicreg-birds"])
        {
            Directory.CreateDirectory(folder[name]);
            await File.WriteAllTextAsync(Path.Combine(folder[name], "run.json"), "{}", TestContext.Current.CancellationToken);
        }

        CommandLine result = await CommandLine.RunAsync([.. verb, "--resume", "--out", folder["simclr-cat"]]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("there is no such directory, so there is nothing to continue", result.Error, StringComparison.Ordinal);
        Assert.Contains($"Did you mean {folder["simclr-cats"]}?", result.Error, StringComparison.Ordinal);
        CommandLine far = await CommandLine.RunAsync([.. verb, "--resume", "--out", folder["x"]]);
        Assert.Contains($"Runs nearby: {folder["simclr-cats"]}, {folder["vicreg-birds"]}.", far.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["simclr-cat"]));
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task Pretrain_AFolderAndNoOption_SaysWhatItUnderstoodAndIsNotChangedOnResume()
    {
        Draw(12);
        string[] command = ["pretrain", .. Quick, "--epochs", "1", "--out", folder["run"]];
        CommandLine made = await CommandLine.RunAsync([.. command, "--json"]);
        Assert.True(made.ExitCode == 0, made.Error);
        foreach (string name in (string[])["images     12 in ", "parts      ", "views      16×16", "machine    cpu, 1 thread", "written to ", "chosen     --image-size 16"])
            Assert.Contains("\n" + name, made.Error, StringComparison.Ordinal);
        JsonNode start = made.Json["start"]!;
        Assert.Equal((8, 1, "cpu"), ((int)start["batchSize"]!, (int)start["epochs"]!, (string)start["device"]!));
        Assert.Contains(start["chosen"]!.AsArray(), choice => (string)choice!["option"]! == "--batch-size" && (string)choice["value"]! == "8");

        CommandLine same = await CommandLine.RunAsync([.. command, "--resume"]);
        Assert.True(same.ExitCode == 0, same.Error);
        CommandLine longer = await CommandLine.RunAsync("pretrain", "--resume", "--out", folder["run"], "--epochs", "9", "--width", "8", "--cache", "c");
        Assert.Equal(2, longer.ExitCode);
        Assert.Contains(
            "begun with other options: --cache c (it had none), --width 8 (it was 4).", longer.Error, StringComparison.Ordinal);
        CommandLine cosine = await CommandLine.RunAsync("pretrain", "--resume", "--out", folder["run"], "--epochs", "9");
        Assert.Equal(2, cosine.ExitCode);
        Assert.Contains("has 1 epoch and cannot go on to 9: its learning rate follows --schedule cosine", cosine.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pretrain_ResumedWithMoreEpochs_GoesOnToThem()
    {
        Draw(12);
        string[] command = ["pretrain", .. Quick, "--schedule", "constant", "--keep", "best-rankme", "--out", folder["run"]];
        CommandLine made = await CommandLine.RunAsync([.. command, "--epochs", "1"]);
        Assert.True(made.ExitCode == 0, made.Error);
        CommandLine longer = await CommandLine.RunAsync([.. command, "--epochs", "3", "--resume", "--json"]);
        Assert.True(longer.ExitCode == 0, longer.Error);
        Assert.Equal(3, longer.Json["measurements"]!.AsArray().Max(m => (int)m!["epoch"]!));
        Assert.Contains("which was kept as the best", made.Error + made.Output, StringComparison.Ordinal);
        CommandLine fewer = await CommandLine.RunAsync([.. command, "--epochs", "2", "--resume"]);
        Assert.Contains("--epochs 2 (it was 3)", fewer.Error, StringComparison.Ordinal);

        // Without labels there is nothing to have regret of, and without numbers that belong to it a flag is no help.
        CommandLine regret = await CommandLine.RunAsync("compare", folder["run"], "--regret");
        Assert.Equal(1, regret.ExitCode);
        Assert.Contains("evaluations with accuracies of layer4", regret.Error, StringComparison.Ordinal);
        Assert.Contains(
            "combine it only with --markdown or --json",
            (await CommandLine.RunAsync("compare", folder["run"], "--regret", "--layer", "stem")).Error, StringComparison.Ordinal);
    }

    /// <summary>The demonstration is short; a folder is taken whole, with what is chosen by its images.</summary>
    [Fact]
    public void Run_OnAFolder_TakesAllImages()
    {
        RunOptions demonstration = RunCommand.Defaults(new OptionValues(new Dictionary<string, object>()));
        Assert.Equal((2000, 24), (demonstration.Data.Limit, demonstration.Training.Epochs));
        Assert.Equal(new RunOptions(), RunCommand.Defaults(new OptionValues(new Dictionary<string, object> { ["--data"] = "photos" })));
        RunOptions inTime = RunCommand.Defaults(new OptionValues(new Dictionary<string, object> { ["--minutes"] = 3.0 }));
        Assert.Equal((2000, null), (inTime.Data.Limit, inTime.Training.Epochs));
    }

    private void Draw(int count)
    {
        for (int i = 0; i < count; i++)
            SmallRun.WriteImage(Path.Combine(folder["images"], $"{i:0000}.png"), i);
    }
}
