using System.Text.Json.Nodes;
using Lethe.Methods;
using Lethe.Storage;
using Parquet;
using SkiaSharp;

namespace Lethe.Tests.Cli;

[Collection<TorchCollection>]
public sealed class StoryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Run_TinyStory_EndsInTableReportAndJson()
    {
        CommandLine result = await CommandLine.RunAsync(
            ["run", "--json", "--epochs", "2", "--evaluate-every", "1", "--iterations", "2", "--hypergradient", "first-order", "--out", folder["run"], .. Tiny]);
        Assert.True(result.ExitCode == 0, result.Error);
        JsonArray table = result.Json["table"]!.AsArray();
        foreach (string stage in new[] { "untrained", "before", "control", "umm" })
        {
            foreach (string measure in new[] { "linearAccuracy", "knnAccuracy", "instanceReductionHeldOut" })
            {
                Assert.Single(
                    table,
                    cell =>
                        (string)cell!["layer"]! == "layer4" && (string)cell["stage"]! == stage && (string)cell["measure"]! == measure);
            }
        }

        Assert.Contains("UMM", result.Error, StringComparison.Ordinal);
        Assert.Contains("Report:", result.Error, StringComparison.Ordinal);
        string report = await File.ReadAllTextAsync((string)result.Json["report"]!, TestContext.Current.CancellationToken);
        Assert.Contains("SimCLR", report, StringComparison.Ordinal);
        Assert.Contains("data:image/png;base64", report, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(folder["run"], "tensorboard")));

        CommandLine shown = await CommandLine.RunAsync("evaluate", folder["run"], "--threads", "1", "--json");
        Assert.True(shown.ExitCode == 0, shown.Error);
        Assert.Equal(table.Count, shown.Json["undos"]!.AsObject().Single().Value!["table"]!.AsArray().Count);

        // A protocol by name: its records alone are shown, in all states, and the report has them.
        CommandLine named = await CommandLine.RunAsync(
            "evaluate", folder["run"], "--protocol", "knn,clustering", "--quick", "--threads", "1", "--json");
        Assert.True(named.ExitCode == 0, named.Error);
        JsonArray records = named.Json["undos"]!.AsObject().Single().Value!.AsArray();
        Assert.Equal(["clustering", "knn"], records.Select(record => (string)record!["protocol"]!).Distinct().Order());
        Assert.Equal(["before", "control", "umm", "untrained"], records.Select(record => (string)record!["stage"]!).Distinct().Order());
        Assert.All(
            records,
            record => Assert.True(
                (bool)record!["quick"]! && (double)record["low"]! <= (double)record["value"]!
                    && (double)record["high"]! >= (double)record["value"]!));
        Assert.Contains("Wilson", named.Error, StringComparison.Ordinal);
        CommandLine page = await CommandLine.RunAsync("report", folder["run"], "--out", folder["report.html"]);
        Assert.True(page.ExitCode == 0, page.Error);
        Assert.Contains(
            "Evaluation protocols", await File.ReadAllTextAsync(folder["report.html"], TestContext.Current.CancellationToken),
            StringComparison.Ordinal);

        CommandLine undone = await CommandLine.RunAsync(
            "undo", folder["run"], "--iterations", "2", "--beta", "0", "--hypergradient", "first-order", "--threads", "1", "--json");
        Assert.True(undone.ExitCode == 0, undone.Error);
        Assert.Contains("evaluating", undone.Error, StringComparison.Ordinal);
        CommandLine reported = await CommandLine.RunAsync("report", folder["run"], "--json");
        JsonNode ablation = reported.Json["ablation"]!.AsArray().Single()!;
        Assert.Equal(["before", "control", "UMM", "β = 0"], ablation["rows"]!.AsArray().Select(row => (string)row!["label"]!));
        JsonNode linear = ablation["rows"]!.AsArray()[3]!["measures"]!.AsArray().Single(measure => (string)measure!["name"]! == "linearAccuracy")!;
        Assert.Equal(1, (int)linear["overControl"]!["count"]!);
        Assert.InRange((double)linear["overControl"]!["p"]!, 0, 1);

        // Of one run a report says of memorisation what diagnose does.
        JsonObject judged = reported.Json["memorisation"]!.AsArray().Single()!.DeepClone().AsObject();
        JsonNode membership = judged["membership"]!;
        Assert.True(judged.Remove("setting") && judged.Remove("runs") && judged.Remove("membership"));
        CommandLine diagnosed = await CommandLine.RunAsync("diagnose", folder["run"], "--json");
        Assert.Equal(diagnosed.Json["memorisation"]!.ToJsonString(), judged.ToJsonString());
        Assert.Equal(diagnosed.Json["membership"]!.ToJsonString(), membership.ToJsonString());
        CommandLine markdown = await CommandLine.RunAsync("report", folder["run"], "--markdown");
        Assert.Contains("\n| β = 0 | 1 | ", markdown.Output, StringComparison.Ordinal);
        Assert.Equal(2, (await CommandLine.RunAsync("report", folder["run"], "--markdown", "--json")).ExitCode);

        // Frozen layers have the same numbers in all states after pre-training.
        double Of(string stage) => (double)table.Single(
            cell =>
                (string)cell!["layer"]! == "layer2" && (string)cell["stage"]! == stage && (string)cell["measure"]! == "knnAccuracy")!["value"]!;
        Assert.Equal(Of("before"), Of("umm"));
        Assert.Equal(Of("before"), Of("control"));
    }

    [Fact]
    public async Task Run_FlatFolderWithoutLabels_GoesThroughWithoutAccuracies()
    {
        Directory.CreateDirectory(folder["images"]);
        for (int i = 0; i < 40; i++)
        {
            Draw(folder["images"], $"{i:D2}.png", i);
        }

        CommandLine result = await CommandLine.RunAsync(
            ["run", "--json", "--data", folder["images"], "--batch-size", "8", "--epochs", "1", "--iterations", "1", "--hypergradient", "first-order", "--out", folder["run"], .. Tiny.Where((_, i) => i is not (0 or 1 or 8 or 9))]);
        Assert.True(result.ExitCode == 0, result.Error);
        JsonArray table = result.Json["table"]!.AsArray();
        Assert.NotEmpty(table);
        Assert.DoesNotContain(table, cell => (string)cell!["measure"]! is "knnAccuracy" or "linearAccuracy");
    }

    [Fact]
    public async Task Embed_FolderOfImages_WritesNpyAndParquetOfTheSameNumbers()
    {
        CommandLine made = await CommandLine.RunAsync(Pretrain(folder["run"]));
        Assert.True(made.ExitCode == 0, made.Error);
        Directory.CreateDirectory(folder["images"]);
        for (int i = 0; i < 3; i++)
        {
            Draw(folder["images"], $"{i}.png", i);
        }

        CommandLine npy = await CommandLine.RunAsync(
            "embed", folder["run"], "--images", folder["images"], "--out", folder["e.npy"], "--json");
        CommandLine withoutUndo = await CommandLine.RunAsync("report", folder["run"], "--markdown");
        Assert.Equal(1, withoutUndo.ExitCode);
        Assert.Contains("lethe undo", withoutUndo.Error, StringComparison.Ordinal);
        CommandLine parquet = await CommandLine.RunAsync(
            "embed", folder["run"], "--images", folder["images"], "--out", folder["e.parquet"]);
        Assert.True(npy.ExitCode == 0 && parquet.ExitCode == 0, npy.Error + parquet.Error);
        Assert.Equal(3, (int)npy.Json["rows"]!);
        NpyArray read = NpyFile.Read(folder["e.npy"]);
        Assert.Equal([3, (long)npy.Json["dimension"]!], read.Shape);
        Assert.Equal(["0.png", "1.png", "2.png"], await File.ReadAllLinesAsync(folder["e.txt"], TestContext.Current.CancellationToken));

        await using FileStream stream = File.OpenRead(folder["e.parquet"]);
        await using ParquetReader reader = await ParquetReader.CreateAsync(
            stream, cancellationToken: TestContext.Current.CancellationToken);
        using ParquetRowGroupReader group = reader.OpenRowGroupReader(0);
        Assert.Equal(3, group.RowCount);
    }

    [Fact]
    public async Task Config_AndFlags_FlagsWinAndTheRunKeepsWhatWasUsed()
    {
        await File.WriteAllTextAsync(folder["settings.yaml"], "epochs: 3\ntemperature: 0.2\n", TestContext.Current.CancellationToken);
        CommandLine made = await CommandLine.RunAsync([.. Pretrain(folder["run"]), "--config", folder["settings.yaml"]]);
        Assert.True(made.ExitCode == 0, made.Error);
        JsonNode manifest = JsonNode.Parse(
            await File.ReadAllTextAsync(Path.Combine(folder["run"], "run.json"), TestContext.Current.CancellationToken))!;
        Assert.Equal(1, (int)manifest["options"]!["training"]!["epochs"]!);
        Assert.Equal(0.2, (double)manifest["options"]!["methodOptions"]!["temperature"]!);
    }

    [Fact]
    public async Task Diagnose_SpecifiedFeatures_GivesTheClosedForm()
    {
        AtomicFile.Write(folder["f.npy"], stream => NpyFile.Write(stream, [1d, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], [4, 4]));
        AtomicFile.Write(folder["l.npy"], stream => NpyFile.Write(stream, [0L, 0, 1, 1], [4]));
        CommandLine result = await CommandLine.RunAsync(
            "diagnose", "--features", folder["f.npy"], "--labels", folder["l.npy"], "--epsilon-squared", "0.1", "--json");
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(2 * Math.Log(11), (double)result.Json["label"]!["rate"]!, 1e-9);
        Assert.Equal(Math.Log(21), (double)result.Json["label"]!["conditionalRate"]!, 1e-9);
    }

    [Fact]
    public async Task Data_ListAndDescribe_NameTheEmbeddedSource()
    {
        CommandLine list = await CommandLine.RunAsync("data", "--json");
        Assert.Contains(list.Json.AsArray(), source => (string)source!["name"]! == "embedded");
        CommandLine described = await CommandLine.RunAsync("data", "describe", "--json");
        Assert.Equal(6000, (int)described.Json["train"]!);
        Assert.Equal(10, described.Json["classes"]!.AsArray().Count);
    }

    [Fact]
    public async Task Methods_ListAndOne_NameEveryMethodAndEachOption()
    {
        CommandLine list = await CommandLine.RunAsync("methods", "--json");
        Assert.Equal(0, list.ExitCode);
        Assert.Equal(MethodRegistry.All.Select(entry => entry.Name), list.Json.AsArray().Select(entry => (string)entry!["name"]!));
        Assert.All(MethodRegistry.All, entry => Assert.Contains(entry.Name, list.Error, StringComparison.Ordinal));
        CommandLine help = await CommandLine.RunAsync("pretrain", "--help", "all");
        foreach (MethodEntry entry in MethodRegistry.All)
        {
            CommandLine one = await CommandLine.RunAsync("methods", entry.Name, "--json");
            string[] flags = [.. one.Json["options"]!.AsObject().Select(option => "--" + option.Key)];
            Assert.NotEmpty(flags);
            Assert.All(flags, flag => Assert.Matches($@"\s{flag}\s", help.Output));
        }

        CommandLine unknown = await CommandLine.RunAsync("methods", "nothing");
        Assert.Equal(2, unknown.ExitCode);
        Assert.Contains("simclr", unknown.Error, StringComparison.Ordinal);
    }

    /// <summary>A pre-training of a second.</summary>
    internal static string[] Pretrain(string path) => ["pretrain", "--epochs", "1", "--out", path, .. Tiny];

    private static string[] Tiny { get; } =
    [
        "--limit", "64", "--image-size", "16", "--backbone", "resnet10", "--width", "4", "--batch-size", "32", "--probe-images", "60",
        "--test-images", "60",
        "--rate-images", "16", "--threads", "1",
    ];

    private static void Draw(string path, string name, int seed)
    {
        using var bitmap = new SKBitmap(20, 20);
        bitmap.Erase(new SKColor((byte)(seed * 37), (byte)(seed * 91), (byte)(255 - (seed * 5))));
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        using FileStream stream = File.Create(Path.Combine(path, name));
        data.SaveTo(stream);
    }
}
