using Lethe.Runs;
using Lethe.Tests.Training;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

[Collection(typeof(TorchCollection))]
public sealed class CachedRunTests : IDisposable
{
    private readonly SmallRun small = new();

    public void Dispose() => small.Dispose();

    [Fact]
    public void Start_WithACache_TrainsTheSameBits()
    {
        RunOptions options = small.Options;
        RunDirectory plain = small.Start("plain", options, cancellation: TestContext.Current.CancellationToken).Run;
        var notices = new List<string>();
        var progress = new Inline<WorkflowProgress>(value => notices.AddRange(value.Notice is { } notice ? [notice] : []));
        RunOptions cached = options with { Data = options.Data with { Cache = small["images.pack"] } };
        foreach (string name in (string[])["packing", "packed"])
        {
            RunDirectory run = small.Start(name, cached, progress, TestContext.Current.CancellationToken).Run;
            Assert.Equal(
                File.ReadAllBytes(Path.Combine(plain.Path, "metrics.jsonl")), File.ReadAllBytes(Path.Combine(run.Path, "metrics.jsonl")));
            Assert.Equal(Checkpoint(plain), Checkpoint(run));
        }

        Assert.Single(notices, notice => notice.StartsWith("Packing 40 image files", StringComparison.Ordinal));

        static byte[] Checkpoint(RunDirectory of) => File.ReadAllBytes(Path.Combine(of.CheckpointFolder, "last.safetensors"));
    }
}
