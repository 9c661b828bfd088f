using System.Diagnostics;

namespace Lethe.Tests.Cli;

/// <summary>
/// A verb given again and again within one process keeps to its memory. Long trainings, and pages that are looked at, are in
/// <c>benchmarks/reliability.py memory</c>.
/// </summary>
[Collection<TorchCollection>]
public sealed class LoadTests : IClassFixture<FinishedRun>, IDisposable
{
    // Each of these goes through the network in ten batches or more.
    private const int Batches = 10;

    private readonly FinishedRun run;
    private readonly TemporaryFolder folder = new();

    public LoadTests(FinishedRun run) => this.run = run;

    public void Dispose() => folder.Dispose();

    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [InlineData("evaluate")]
    [InlineData("embed")]
    public async Task Verb_GivenAgainAndAgain_KeepsItsMemory(string verb)
    {
        const int Quarter = 50;
        string path = run.CopyTo(folder["run"]);
        for (int i = 0; i < 40 && verb == "embed"; i++)
            SmallRun.WriteImage(Path.Combine(folder["images"], $"{i}.png"), i);
        List<long> sizes = [];
        for (int i = 0; i < 4 * Quarter; i++)
        {
            string[] arguments = verb == "embed"
                ? ["embed", path, "--images", folder["images"], "--out", folder["e.npy"], "--force", "--threads", "1"]
                : ["evaluate", path, "--threads", "1"];
            CommandLine done = await CommandLine.RunAsync(arguments);
            Assert.True(done.ExitCode == 0, done.Error);
            GC.Collect();
            sizes.Add(Process.GetCurrentProcess().WorkingSet64);
        }

        // From the third quarter to the last, so that nothing counts that is made once.
        double megabytes = (Median(sizes[(3 * Quarter)..]) - Median(sizes[(2 * Quarter)..(3 * Quarter)])) / 1e6;
        double inThousand = megabytes * 1000 / (Quarter * Batches);
        TestContext.Current.SendDiagnosticMessage(
            "{0}: {1:F0} MB after {2} runs, {3:F2} MB in 1 000 batches", verb, sizes[^1] / 1e6, sizes.Count, inThousand);
        Assert.True(inThousand < 1, $"{inThousand:F2} MB in 1 000 batches");
    }

    private static double Median(List<long> values) => values.Order().ElementAt(values.Count / 2);
}
