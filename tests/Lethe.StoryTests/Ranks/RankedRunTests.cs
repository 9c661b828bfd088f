using System.Diagnostics;

namespace Lethe.Tests.Ranks;

/// <summary>Runs of several processes, by the command line.</summary>
[Trait("Category", "Long")]
public sealed class RankedRunTests : IDisposable
{
    private static readonly string[] options =
    [
        "--limit", "64", "--probe-images", "16", "--test-images", "16", "--epochs", "6", "--batch-size", "16", "--width", "8", "--backbone",
        "resnet10", "--method", "moco", "--rate-images", "16", "--lidar-images", "16", "--evaluate-every", "1", "--threads", "1",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Killed at 20 moments from before the group forms to after training: the other rank ends and says who is gone.</summary>
    [Fact(Explicit = true)]
    public void Pretrain_OneRankKilledAtAnyMoment_LosesNothing()
    {
        var clock = Stopwatch.StartNew();
        using (var whole = new RankProcesses(2, ["pretrain", "--out", folder["whole"], .. options]))
            Assert.Equal([0, 0], whole.End());
        double seconds = clock.Elapsed.TotalSeconds;
        var random = new Random(1);
        for (int trial = 0; trial < 20; trial++)
        {
            string run = folder[$"run{trial}"];
            int victim = trial % 2;
            using (var killed = new RankProcesses(2, ["pretrain", "--out", run, .. options]))
            {
                Thread.Sleep(TimeSpan.FromSeconds(random.NextDouble() * seconds));
                killed.Processes[victim].Kill();
                clock.Restart();
                int[] codes = killed.End();
                Assert.True(clock.Elapsed < TimeSpan.FromMinutes(1), "The other rank took longer than a minute to end.");
                if (codes[1 - victim] != 0)
                    Assert.Contains($"rank {victim}", killed.Said(1 - victim), StringComparison.OrdinalIgnoreCase);
            }

            string[] resumed = File.Exists(Path.Combine(run, "run.json")) ? ["--resume", "--out", run] : ["--out", run, .. options];
            using (var again = new RankProcesses(2, ["pretrain", .. resumed]))
            {
                int[] codes = again.End();
                Assert.True(codes.All(code => code == 0), again.Said(0) + again.Said(1));
            }

            foreach (string file in new[] { "metrics.jsonl", "encoder.safetensors" })
            {
                Assert.True(
                    File.ReadAllBytes(Path.Combine(folder["whole"], file)).SequenceEqual(File.ReadAllBytes(Path.Combine(run, file))),
                    $"{file} of trial {trial} is another.");
            }
        }
    }

    /// <summary>Each rank has decoders of its own, and they end with it.</summary>
    [Fact(Explicit = true)]
    public void Pretrain_ImagesDecodedElsewhere_GivesTheSameBits()
    {
        for (int i = 0; i < 120; i++)
            SmallRun.WriteImage(folder[$"photos/{i}.png"], i);
        string[] words = ["pretrain", "--data", folder["photos"], .. options];
        using (var plain = new RankProcesses(2, [.. words, "--out", folder["plain"]]))
            Assert.Equal([0, 0], plain.End());
        using (var isolated = new RankProcesses(2, [.. words, "--isolate", "--out", folder["isolated"]]))
            Assert.Equal([0, 0], isolated.End());
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(folder["plain"], "encoder.safetensors")),
            File.ReadAllBytes(Path.Combine(folder["isolated"], "encoder.safetensors")));
    }

    [Fact(Explicit = true)]
    public void Pretrain_ResumedWithAnotherNumberOfRanks_GoesOn()
    {
        using (var two = new RankProcesses(2, ["pretrain", "--out", folder["run"], .. options]))
        {
            string checkpoint = Path.Combine(folder["run"], "checkpoints", "last.safetensors");
            while (!File.Exists(checkpoint))
                Thread.Sleep(50);
            two.Processes[1].Kill();
            two.End();
        }

        using (var three = new RankProcesses(3, "pretrain", "--resume", "--out", folder["run"]))
            Assert.Equal([0, 0, 0], three.End());
        Assert.Contains("\"ranks\": 3", File.ReadAllText(Path.Combine(folder["run"], "run.json")), StringComparison.Ordinal);
    }
}
