using Lethe.Runs;
using SkiaSharp;

namespace Lethe.Tests.Cli;

/// <summary>Weights whose training is not done are said wherever they are used.</summary>
[Collection<TorchCollection>]
public sealed class UnfinishedTests(FinishedRun finished) : IClassFixture<FinishedRun>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("interrupted", "it was interrupted at epoch 1 of 1")]
    [InlineData("failed", "it failed at epoch 1 of 1")]
    [InlineData("running", "it is at work, or was cut off at epoch 1 of 1")]
    public void Sentences_RunThatIsNotDone_SayHowFarItCame(string status, string said)
    {
        string run = finished.CopyTo(folder["run"], status);
        string sentence = Assert.Single(Unfinished.Sentences(RunDirectory.Open(run)));
        Assert.Contains(said, sentence, StringComparison.Ordinal);
        Assert.Contains($"'lethe pretrain --resume --out {run}'", sentence, StringComparison.Ordinal);
        Assert.Empty(Unfinished.Sentences(RunDirectory.Open(finished.Path)));
    }

    [Fact]
    public async Task Verbs_OnARunThatIsNotDone_WarnOnScreenInJsonAndInWhatTheyWrite()
    {
        const string Said = "is not finished: it was interrupted";
        string run = finished.CopyTo(folder["run"], "interrupted");
        using (var bitmap = new SKBitmap(20, 20))
        using (SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100))
            await File.WriteAllBytesAsync(folder["image.png"], data.ToArray(), TestContext.Current.CancellationToken);
        string[][] lines =
        [
            ["diagnose", run, "--json"],
            ["report", run, "--json"],
            ["embed", run, "--images", folder["image.png"], "--out", folder["e.csv"], "--json"],
            ["search", run, "--images", folder["image.png"], "--query", folder["image.png"], "--json"],
            ["export", run, "--out", folder["e.onnx"], "--json"],
            ["evaluate", run, "--protocol", "knn", "--quick", "--stages", "before", "--json"],
            ["undo", run, "--iterations", "1", "--hypergradient", "first-order", "--control", "false", "--json"],
        ];
        foreach (string[] line in lines)
        {
            CommandLine result = await CommandLine.RunAsync(line);
            Assert.True(result.ExitCode == 0, $"{line[0]}: {result.Error}");
            Assert.Contains($"Warning: The training of {run} {Said}", result.Error, StringComparison.Ordinal);
            Assert.Contains(Said, (string)Assert.Single(result.Json["cautions"]!.AsArray())!, StringComparison.Ordinal);
            if (line[0] == "export")
                Assert.Contains(Said, (string)result.Json["encoder"]!["unfinished"]!, StringComparison.Ordinal);
        }

        CommandLine fine = await CommandLine.RunAsync("diagnose", finished.Path, "--json");
        Assert.Null(fine.Json["cautions"]);
        // An undo is as good as what it began with.
        string undo = Path.Combine(run, "umm", Assert.Single(RunDirectory.Open(run).Undos.Select(one => Path.GetFileName(one.Path))));
        Assert.Contains(Said, Assert.Single(Unfinished.Sentences(RunDirectory.Open(undo))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_ResumeOfNothing_SaysWhatThereIs()
    {
        string run = finished.CopyTo(folder["run"]);
        CommandLine none = await CommandLine.RunAsync("undo", run, "--resume", "--name", "first");
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("has no undo 'first' to go on with. It has none. Leave --resume out", none.Error, StringComparison.Ordinal);
        string[] options = ["--iterations", "1", "--hypergradient", "first-order", "--control", "false", "--threads", "1"];
        CommandLine made = await CommandLine.RunAsync(["undo", run, "--name", "first", .. options]);
        Assert.True(made.ExitCode == 0, made.Error);
        CommandLine slip = await CommandLine.RunAsync("undo", run, "--resume", "--name", "frist");
        Assert.Contains("Did you mean first?", slip.Error, StringComparison.Ordinal);
        CommandLine again = await CommandLine.RunAsync(["undo", run, "--resume", "--name", "first", .. options]);
        Assert.True(again.ExitCode == 0, again.Error);
    }
}
