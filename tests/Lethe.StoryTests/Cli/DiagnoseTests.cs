using System.Text.Json.Nodes;
using Lethe.Diagnostics;
using Lethe.Numerics;
using Lethe.Runs;
using Lethe.Storage;
using static TorchSharp.torch;

namespace Lethe.Tests.Cli;

[Collection<TorchCollection>]
public sealed class DiagnoseTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Diagnose_MeasuresOfARun_ShowsThemWithTheirGap()
    {
        CommandLine made = await CommandLine.RunAsync(StoryTests.Pretrain(folder["run"]));
        Assert.True(made.ExitCode == 0, made.Error);
        CommandLine result = await CommandLine.RunAsync("diagnose", folder["run"], "--measures", "lidar,knn-gap", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Contains("takes      seconds: it reads files and computes nothing", result.Error, StringComparison.Ordinal);
        JsonArray shown = result.Json["shown"]!.AsArray();
        Assert.Equal(["knn-gap", "lidar-train", "lidar-held-out", "lidar-gap"], shown.Select(row => (string)row!["name"]!).Distinct());
        Assert.Equal(2 * 6 * 4, shown.Count);
        double Of(string name) => (double)shown.Single(
            row => (int)row!["epoch"]! == 1 && (string)row["layer"]! == "layer4" && (string)row["name"]! == name)!["value"]!;
        Assert.Equal(Of("lidar-train") - Of("lidar-held-out"), Of("lidar-gap"), 1e-12);
        Assert.Contains("LiDAR gap", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("RankMe", result.Error, StringComparison.Ordinal);
        Assert.Contains(result.Json["measurements"]!.AsArray(), m => (string)m!["name"]! == AlphaReq.Entry.HeldOut);
        Assert.Equal(6, result.Json["membership"]!["layers"]!.AsArray().Count);
        Assert.Contains((string)result.Json["membership"]!["reason"]!, result.Error, StringComparison.Ordinal);

        CommandLine all = await CommandLine.RunAsync("diagnose", folder["run"], "--measures", "all");
        Assert.Contains("RankMe", all.Error, StringComparison.Ordinal);
        CommandLine unknown = await CommandLine.RunAsync("diagnose", folder["run"], "--measures", "lidar,frob");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("'frob' is unknown. Use all, or names", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_Features_GivesAllThatTheirViewsAllow()
    {
        var stream = new RandomStream(3);
        double[] numbers = [.. Enumerable.Range(0, 2 * 6 * 3).Select(_ => stream.NextGaussian())];
        AtomicFile.Write(folder["f.npy"], file => NpyFile.Write(file, numbers, [2, 6, 3]));
        AtomicFile.Write(folder["flat.npy"], file => NpyFile.Write(file, numbers, [12, 3]));
        CommandLine views = await CommandLine.RunAsync("diagnose", "--features", folder["f.npy"], "--json");
        Assert.True(views.ExitCode == 0, views.Error);
        using (NewDisposeScope())
        {
            Tensor features = tensor(numbers).reshape(2, 6, 3);
            Assert.Equal(Lidar.Measure(features), (double)views.Json["lidar"]!, 1e-9);
            Assert.Equal(AlignmentUniformity.Alignment(features), (double)views.Json["alignment"]!, 1e-9);
            Assert.Equal(AlphaReq.Measure(features.reshape(12, 3))!.Value, (double)views.Json["alphaReq"]!, 1e-9);
        }

        Assert.Contains("LiDAR", views.Error, StringComparison.Ordinal);
        CommandLine flat = await CommandLine.RunAsync("diagnose", "--features", folder["flat.npy"], "--json");
        Assert.Null(flat.Json["lidar"]);
        Assert.Null(flat.Json["alignment"]);
        Assert.NotNull(flat.Json["uniformity"]);
        CommandLine both = await CommandLine.RunAsync("diagnose", "--features", folder["flat.npy"], "--measures", "lidar");
        Assert.Contains("--measures belongs to a run", both.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Diagnose_AgainstAnotherSeed_ScoresSingleImages()
    {
        foreach (string seed in (string[])["1", "2"])
        {
            CommandLine made = await CommandLine.RunAsync([.. StoryTests.Pretrain(folder["run" + seed]), "--seed", seed]);
            Assert.True(made.ExitCode == 0, made.Error);
        }

        CommandLine result = await CommandLine.RunAsync(
            "diagnose", folder["run1"], "--against", folder["run2"], "--score-views", "2", "--score-images", "10", "--threads", "1",
            "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        JsonArray layers = result.Json["layers"]!.AsArray();
        Assert.Equal(6, layers.Count);
        Assert.Equal(10, result.Json["images"]!.AsArray().Count);
        double[] scores = [.. layers[4]!["scores"]!.AsArray().Select(score => (double)score!)];
        Assert.Equal(scores.Average(), (double)layers[4]!["mean"]!, 1e-12);
        Assert.Equal(scores.Max(), (double)layers[4]!["most"]![0]!["score"]!);
        Assert.Equal(1, (double)layers[4]!["correlation"]!["layer4"]!, 1e-9);
        Assert.Contains("Most memorised in layer4", result.Error, StringComparison.Ordinal);

        // One run alone, beside what two said: the report goes on showing the latter.
        CommandLine held = await CommandLine.RunAsync(
            "diagnose", folder["run1"], "--against", "held-out", "--score-views", "2", "--score-images", "10", "--threads", "1", "--json");
        Assert.True(held.ExitCode == 0, held.Error);
        Assert.Equal("held-out", (string)held.Json["against"]!);
        Assert.InRange((double)held.Json["layers"]![4]!["auc"]!, 0, 1);
        Assert.Contains("It is a hint", held.Error, StringComparison.Ordinal);
        RunDirectory run = RunDirectory.Open(folder["run1"]);
        Assert.Equal(folder["run2"], run.LoadScores()!.Against);
        File.Delete(run.ScoresPath());
        Assert.Null(run.LoadScores()!.Against);

        CommandLine same = await CommandLine.RunAsync("diagnose", folder["run1"], "--against", folder["run1"], "--json");
        Assert.Equal(1, same.ExitCode);
        CommandLine alone = await CommandLine.RunAsync("diagnose", folder["run1"], "--score-views", "2");
        Assert.Equal(2, alone.ExitCode);
        Assert.Contains("--score-views: only --against", alone.Error, StringComparison.Ordinal);
    }
}
