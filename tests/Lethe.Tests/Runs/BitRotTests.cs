using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Numerics;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Tests.Methods;
using Lethe.Tests.Results;
using Lethe.Training;
using TorchSharp;

namespace Lethe.Tests.Runs;

/// <summary>No bit of a file that a run keeps flips, and no end of one is lost, without a word when it is read.</summary>
[Collection(typeof(TorchCollection))]
public sealed class BitRotTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Files => new("run.json", "metrics.jsonl", "evaluation.json", "last.safetensors");

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_FlippedOrCut_IsRefused(string file) => Try(file, flips: 150, cuts: 25);

    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [MemberData(nameof(Files))]
    public void Read_FlippedTenThousandTimesOrCutAnywhere_IsRefused(string file) => Try(file, flips: 10_000, cuts: int.MaxValue);

    /// <summary>What is kept to save time is made anew where it has changed: features, and decoded images.</summary>
    [Theory]
    [InlineData("features")]
    [InlineData("pack")]
    public void Kept_FlippedOrCut_IsNotUsed(string kept) => TryKept(kept, flips: 150, cuts: 25);

    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [InlineData("features")]
    [InlineData("pack")]
    public void Kept_FlippedTenThousandTimesOrCutAnywhere_IsNotUsed(string kept) => TryKept(kept, flips: 10_000, cuts: int.MaxValue);

    private void TryKept(string kept, int flips, int cuts)
    {
        (string path, Func<string> read) = kept == "features" ? Features() : Pack();
        string expected = read();
        byte[] whole = File.ReadAllBytes(path);
        Altered(whole, flips, cuts, (bytes, how) =>
        {
            File.WriteAllBytes(path, bytes);
            Assert.True(read() == expected, $"{kept}, {how}");
        });
    }

    // Gives what is kept, or computes it again.
    private (string Path, Func<string> Read) Features()
    {
        var store = new FeatureStore(folder["features"]);
        string Read()
        {
            using var scope = torch.NewDisposeScope();
            IReadOnlyDictionary<string, torch.Tensor> found = store.Get("00ff", () => new Dictionary<string, torch.Tensor>
            {
                ["layer4"] = torch.arange(24, dtype: torch.float32).reshape(6, 4),
            });
            return string.Join(' ', found.Select(one => $"{one.Key} [{string.Join(',', one.Value.shape)}] "
                + string.Join(' ', one.Value.data<float>().ToArray())));
        }

        return (Path.Combine(folder["features"], "00ff.features"), Read);
    }

    // Gives the images of the pack, or those that it is made of where it is refused or one of them is damaged.
    private (string Path, Func<string> Read) Pack()
    {
        string[] files = [.. Enumerable.Range(0, 6).Select(i => $"{i}.png")];
        foreach ((int i, string file) in files.Index())
            SmallRun.WriteImage(Path.Combine(folder["images"], file), i);
        string path = folder["pack"];
        new ImagePackWriter(folder["images"], files, 7, 20).Write(path, "", null, CancellationToken.None);
        string Of(Func<int, Image> image) =>
            string.Join(' ', files.Select((_, i) => image(i)).Select(one => $"{one.Height} {one.Width} {Convert.ToHexString(one.Pixels.Span)}"));
        string made = Of(i => ImageDecoder.Decode(Path.Combine(folder["images"], files[i]), 20).Image);
        return (path, () =>
        {
            try
            {
                (ImagePack? pack, string? reason) = ImagePack.TryOpen(path, 7);
                Assert.True(pack is not null || reason is { Length: > 5 }, "no reason");
                return pack is null || files.Where((_, i) => !pack.IsWhole(i)).Any() ? made : Of(pack.Read);
            }
            catch (DataException error) when (error.Message.Contains(path, StringComparison.Ordinal))
            {
                return made;
            }
        });
    }

    private void Try(string file, int flips, int cuts)
    {
        (string path, Action read) = Make(file);
        byte[] whole = File.ReadAllBytes(path);
        read();
        Altered(whole, flips, cuts, (bytes, how) =>
        {
            File.WriteAllBytes(path, bytes);
            Exception? error = Record.Exception(read);
            Assert.True(error is RunException, $"{file}, {how}: {error?.ToString() ?? "read in silence"}");
            Assert.Contains(path, error!.Message, StringComparison.Ordinal);
        });
    }

    private static void Altered(byte[] whole, int flips, int cuts, Action<byte[], string> use)
    {
        var random = new RandomStream(1);
        for (int i = 0; i < flips; i++)
        {
            int at = random.NextInt(whole.Length), bit = random.NextInt(8);
            byte[] flipped = [.. whole];
            flipped[at] ^= (byte)(1 << bit);
            use(flipped, $"bit {bit} of byte {at}");
        }

        for (int i = 0; i < Math.Min(cuts, whole.Length); i++)
        {
            int length = cuts < whole.Length ? random.NextInt(whole.Length) : i;
            use(whole[..length], $"cut to {length} of {whole.Length} bytes");
        }
    }

    private (string Path, Action Read) Make(string file)
    {
        RunDirectory run = RunDirectory.Create(folder["run"]);
        IReadOnlyList<Measurement> measured = ReportSamples.Epochs();
        byte[] lines = run.AppendMeasurements(measured);
        run.SaveManifest(ReportSamples.Manifest() with { Metrics = new FileSeal(lines.Length, JsonSeal.Of(lines)) });
        run.SaveEvaluation(ReportSamples.Evaluations(EvaluationStage.Umm, 0.7, 0.6, 9));
        if (file != "last.safetensors")
        {
            return file switch
            {
                "run.json" => (run.ManifestPath, () => run.LoadManifest()),
                "metrics.jsonl" => (run.MetricsPath, () => run.LoadMetrics()),
                _ => (run.EvaluationPath, () => run.LoadEvaluation()),
            };
        }

        var method = Tiny.Method(seed: 1);
        run.Checkpoints.Save(method, null, new TrainingState { Step = 3 });
        return (run.Checkpoints.LastPath, () => run.Checkpoints.Load(method));
    }
}
