using System.Text.Json.Nodes;
using Lethe.Recognition;

namespace Lethe.Tests.Cli;

[Collection<TorchCollection>]
public sealed class ExportTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Export_Run_WritesAVerifiedGraphAndSaysWhatToDoNext()
    {
        CommandLine made = await CommandLine.RunAsync([.. StoryTests.Pretrain(folder["run"]), "--json"]);
        Assert.True(made.ExitCode == 0, made.Error);
        string encoder = (string)made.Json["encoder"]!;
        Assert.True(File.Exists(encoder));
        Assert.Contains($"Encoder: {encoder} (", made.Error, StringComparison.Ordinal);
        Assert.Contains($"lethe export {folder["run"]} --format onnx", made.Error, StringComparison.Ordinal);

        CommandLine exported = await CommandLine.RunAsync(
            "export", folder["run"], "--layer", "all", "--licence", "MIT", "--out", folder["e.onnx"], "--threads", "1", "--json");
        Assert.True(exported.ExitCode == 0, exported.Error);
        Assert.StartsWith("export ", exported.Error, StringComparison.Ordinal);
        Assert.Contains("machine    cpu, 1 thread", exported.Error, StringComparison.Ordinal);
        Assert.Equal(new FileInfo(folder["e.onnx"]).Length, (long)exported.Json["bytes"]!);
        Assert.Equal(6, exported.Json["outputs"]!.AsArray().Count);
        Assert.All(exported.Json["outputs"]!.AsArray(), output => Assert.InRange((double)output!["error"]!, 0, 1e-5));
        JsonNode metadata = exported.Json["encoder"]!;
        Assert.Equal(("all", "simclr", "MIT", 16), (
            (string)metadata["layer"]!, (string)metadata["method"]!, (string)metadata["licence"]!, (int)metadata["imageSize"]!));
        Assert.Contains("Verified with ONNX Runtime on 64 images (images of embedded)", exported.Error, StringComparison.Ordinal);
        Assert.Contains("Next:", exported.Error, StringComparison.Ordinal);

        // A classifier of layer4's 32 numbers goes into the graph of layer4, and into no other.
        float[,] rows = new float[4, 32];
        for (int i = 0; i < rows.Length; i++)
            rows[i / 32, i % 32] = (i / 64) + (i * 37 % 11);
        EmbeddingClassifier.Train(rows, [0, 0, 1, 1], ["cat", "dog"], cancellation: TestContext.Current.CancellationToken)
            .Save(folder["c.json"]);
        CommandLine within = await CommandLine.RunAsync(
            "export", folder["run"], "--classifier", folder["c.json"], "--out", folder["c.onnx"], "--threads", "1", "--json");
        Assert.True(within.ExitCode == 0, within.Error);
        Assert.Equal(
            ["embedding", "logits", "probabilities"], within.Json["outputs"]!.AsArray().Select(output => (string)output!["name"]!));
        Assert.Equal(["cat", "dog"], within.Json["encoder"]!["classes"]!.AsArray().Select(name => (string)name!));
        CommandLine other = await CommandLine.RunAsync(
            "export", folder["run"], "--classifier", folder["c.json"], "--layer", "projector", "--out", folder["d.onnx"]);
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("takes 32 features, and projector of this encoder gives 128", other.Error, StringComparison.Ordinal);

        CommandLine again = await CommandLine.RunAsync("export", folder["run"], "--out", folder["e.onnx"]);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("--force", again.Error, StringComparison.Ordinal);
        CommandLine wrong = await CommandLine.RunAsync("export", folder["run"], "--format", "timm");
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("--format onnx, which takes any network", wrong.Error, StringComparison.Ordinal);
    }
}
