using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Lethe.Tests.Workflow;

/// <summary>
/// A small run with an undo on the plain path (torch's operations, without wide vectors, one thread) gives the numbers that it gave before.
/// Where a change of numbers is meant, it is approved as other snapshots are, and CHANGELOG.md says it.
/// </summary>
public sealed class GoldenRunTests : IDisposable
{
    private static readonly string golden = Path.Combine(Repository.Root, "tests", "Lethe.Tests", "Fixtures", "golden");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task PretrainAndUndo_OnThePlainPath_GiveTheNumbersOfBefore()
    {
        string run = folder["run"];
        await Lethe(
            "pretrain", "--limit", "160", "--image-size", "16", "--width", "4", "--backbone", "resnet10", "--epochs", "2", "--batch-size",
            "32", "--division", "earlier",
            "--kernels", "torch", "--threads", "1", "--rate-images", "64", "--out", run);
        await Lethe(
            "undo", run, "--iterations", "3", "--hypergradient", "finite-difference", "--name", "golden", "--kernels", "torch", "--threads",
            "1");
        string[] files = ["metrics.jsonl", "umm/golden/metrics.jsonl", "umm/golden/control/metrics.jsonl"];
        string processor = Processor();
        if (Environment.GetEnvironmentVariable("LETHE_APPROVE") == "1")
        {
            foreach (string file in files)
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(golden, file))!);
                File.Copy(Path.Combine(run, file), Path.Combine(golden, file), overwrite: true);
            }

            await File.WriteAllTextAsync(Path.Combine(golden, "processor.txt"), processor, TestContext.Current.CancellationToken);
        }

        // Libraries of mathematics choose their code by the processor: on another one, numbers agree up to rounding.
        bool same = (await Text(Path.Combine(golden, "processor.txt"))).Trim() == processor;
        foreach (string file in files)
        {
            string expected = await Text(Path.Combine(golden, file)), found = await Text(Path.Combine(run, file));
            if (same)
                Assert.Equal(expected, found);
            Assert.Equal(Numbers(expected).Select(one => one.Name), Numbers(found).Select(one => one.Name));
            Assert.All(Numbers(expected).Zip(Numbers(found)), pair => Near(pair.First, pair.Second));
        }
    }

    // An accuracy on few images moves by a hundredth with each that turns. All else is continuous; steps of UMM amplify rounding most (0.3 %).
    private static void Near((string Name, double Value) expected, (string Name, double Value) found)
    {
        double allowed = expected.Name.Contains("Accuracy", StringComparison.Ordinal) ? 0.1 : 0.03 * (1 + Math.Abs(expected.Value));
        Assert.True(Math.Abs(expected.Value - found.Value) <= allowed, $"{expected} {found}");
    }

    private static IEnumerable<(string Name, double Value)> Numbers(string lines) =>
        from line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let measurement = JsonNode.Parse(line)!
        select ($"{measurement["epoch"]} {measurement["layer"]} {measurement["name"]}", measurement["value"]!.GetValue<double>());

    // Maker, family, model and what it can do; a virtual machine's name says less.
    private static string Processor()
    {
        const string Information = "/proc/cpuinfo";
        if (!File.Exists(Information))
            return "unknown";
        string[] told = ["vendor_id", "cpu family", "model", "flags"];
        IEnumerable<string> first = File.ReadLines(Information).TakeWhile(line => line.Length > 0);
        return string.Join('\n', first.Where(line => told.Contains(line.Split('\t', ':')[0])));
    }

    private static Task<string> Text(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

    private static async Task Lethe(params string[] arguments)
    {
        string here = AppContext.BaseDirectory, tests = Path.Combine(here, "Lethe.Tests");
        var start = new ProcessStartInfo(
            "dotnet",
            ["exec", "--runtimeconfig", tests + ".runtimeconfig.json", "--depsfile", tests + ".deps.json", Path.Combine(here, "Lethe.Cli.dll"), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["ATEN_CPU_CAPABILITY"] = "default", ["MKL_CBWR"] = "COMPATIBLE", ["ONEDNN_MAX_CPU_ISA"] = "SSE41", ["OMP_NUM_THREADS"] = "1" },
        };
        using Process program = Process.Start(start)!;
        Task<string> output = program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = await program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await program.WaitForExitAsync(TestContext.Current.CancellationToken);
        await output;
        Assert.True(program.ExitCode == 0, errors);
    }
}
