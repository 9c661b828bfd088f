using Lethe.Diagnostics;
using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

/// <summary>Runs on operations of our own beside runs on torch's.</summary>
[Collection(typeof(TorchCollection))]
public sealed class KernelsTests : IDisposable
{
    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        small.Dispose();
        OperatorSwitch.Choose(OperatorSwitch.Ours);
    }

    [Fact]
    public void Start_TheSameSeed_GivesTheSameBitsAgainAndTheSameNumbersWithTorchs()
    {
        RunDirectory ours = Start("ours", OperatorSwitch.Ours), again = Start("again", OperatorSwitch.Ours),
            torchs = Start("torch", OperatorSwitch.Torch);
        Assert.Equal(File.ReadAllBytes(ours.MetricsPath), File.ReadAllBytes(again.MetricsPath));
        Assert.StartsWith(Lanes.Supported ? "ours, vectors of " : "torch", ours.LoadManifest().Versions.Kernels, StringComparison.Ordinal);
        Assert.Equal("torch", torchs.LoadManifest().Versions.Kernels);
        (Measurement Ours, Measurement Torchs)[] pairs = [.. ours.LoadMetrics().Measurements.Zip(torchs.LoadMetrics().Measurements)];
        Assert.True(pairs.Length > 400);
        foreach ((Measurement one, Measurement other) in pairs)
        {
            Assert.Equal((one.Epoch, one.Layer, one.Name), (other.Epoch, other.Layer, other.Name));

            // What counts images may change by one; all else by what rounding grows to in six steps.
            double allowed = one.Name.Contains("ccuracy", StringComparison.Ordinal) ? 0.13 : 2e-3 * Math.Max(1, Math.Abs(one.Value));
            Assert.True(Math.Abs(one.Value - other.Value) <= allowed, $"{one} and {other}");
        }

        if (Lanes.Supported)
            Assert.Contains(pairs, pair => pair.Ours.Value != pair.Torchs.Value);
    }

    [Fact]
    public void As_ARunThatExists_TakesOverWhatIsLeftOpen()
    {
        RunVersions made = new Machine { Threads = 3 }.Describe() with { Kernels = "torch" };
        Assert.Equal((3, "torch"), (new Machine().As(made).Threads, new Machine().As(made).Kernels));
        Assert.Equal(
            (2, "ours"),
            (
                new Machine { Threads = 2, Kernels = "ours" }.As(made).Threads,
                new Machine { Threads = 2, Kernels = "ours" }.As(made).Kernels));
        Assert.Equal("ours", new Machine().As(made with { Kernels = "ours, vectors of 256 bits" }).Kernels);
        Assert.Equal("", new Machine().As(made with { Kernels = null }).Kernels);
    }

    [Fact]
    public void Prepare_UnknownKernels_SaysWhichThereAre() =>
        Assert.Contains(
            "Use ours or torch",
            Assert.Throws<InvalidOptionException>(() => new Machine { Kernels = "mine" }.Prepare()).Message,
            StringComparison.Ordinal);

    private RunDirectory Start(string name, string kernels) =>
        Pretraining.Start(
            small.Options, SmallRun.Machine with { Kernels = kernels }, small[name], "lethe pretrain", cancellation: Token).Run;
}
