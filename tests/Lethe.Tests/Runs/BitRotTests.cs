using Lethe.Diagnostics;
using Lethe.Numerics;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Tests.Methods;
using Lethe.Tests.Results;
using Lethe.Training;

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

    private void Try(string file, int flips, int cuts)
    {
        (string path, Action read) = Make(file);
        byte[] whole = File.ReadAllBytes(path);
        read();
        var random = new RandomStream(1);
        for (int i = 0; i < flips; i++)
        {
            int at = random.NextInt(whole.Length), bit = random.NextInt(8);
            byte[] flipped = [.. whole];
            flipped[at] ^= (byte)(1 << bit);
            Refused(flipped, $"bit {bit} of byte {at}");
        }

        for (int i = 0; i < Math.Min(cuts, whole.Length); i++)
        {
            int length = cuts < whole.Length ? random.NextInt(whole.Length) : i;
            Refused(whole[..length], $"cut to {length} of {whole.Length} bytes");
        }

        void Refused(byte[] bytes, string how)
        {
            File.WriteAllBytes(path, bytes);
            Exception? error = Record.Exception(read);
            Assert.True(error is RunException, $"{file}, {how}: {error?.ToString() ?? "read in silence"}");
            Assert.Contains(path, error!.Message, StringComparison.Ordinal);
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
