using System.Diagnostics;
using System.Text.Json.Nodes;
using Lethe.Cli;
using Lethe.Cli.Sweeps;
using Lethe.Runs;

namespace Lethe.Tests.Cli;

/// <summary><c>lethe sweep</c>: many runs of one file, however often it is ended in between.</summary>
[Collection<TorchCollection>]
public sealed class SweepTests : IDisposable
{
    private const string Tiny =
        """
        pretrain: {data: embedded, limit: 48, image-size: 16, backbone: resnet10, width: 4, batch-size: 16, probe-images: 30, test-images: 30,
          rate-images: 16, epochs: 2}

        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>
    /// The short form of the test of nine cells below: ended once, by what a scheduler sends. The cells are what 'pretrain' makes.
    /// </summary>
    [Fact]
    public async Task Sweep_Interrupted_EndsAsUninterrupted()
    {
        // The first is long enough to be ended while it trains.
        Write(Tiny.Replace(", epochs: 2", "", StringComparison.Ordinal) + "cells: [{method: simclr, epochs: 40}, {method: vicreg, epochs: 2}]\n");
        JsonNode cells = (await CommandLine.RunAsync("sweep", folder["s.yaml"], "--out", folder["broken"], "--dry", "--json")).Json["cells"]!;
        foreach (JsonNode? cell in cells.AsArray())
        {
            string[] words = [.. ((string)cell!["commands"]![0]!).Split(' ')[1..], "--threads", "1"];
            CommandLine made = await CommandLine.RunAsync([.. words.Select(word => word.Replace("broken", "whole", StringComparison.Ordinal))]);
            Assert.True(made.ExitCode == 0, made.Error);
        }

        using (Process process = Begin("broken", "--threads", "1"))
        {
            await WaitFor(folder["broken/simclr-epochs40/metrics.jsonl"], process);

            // Its input ends as it does where whoever began it was killed.
            process.StandardInput.Close();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode is Verb.Preempted, $"{process.ExitCode}");
        }

        Assert.Equal(RunStatus.Interrupted, RunDirectory.Open(folder["broken/simclr-epochs40"]).LoadManifest().Status);
        Assert.False(RunDirectory.HoldsRun(folder["broken/vicreg-epochs2"]));
        JsonNode result = await Done("broken", "--threads", "1");
        Assert.Equal(["done", "done"], result["cells"]!.AsArray().Select(cell => (string)cell!["state"]!));
        RequireSame("whole", "broken");
    }

    /// <summary>Three methods with three seeds, ended by SIGTERM and killed, each time at another moment: the same bytes.</summary>
    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Sweep_ThreeMethodsThreeSeedsInterruptedTwice_EndsAsUninterrupted(int jobs)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are not sent there.");
        Write(Tiny + """
            grid: {method: [simclr, byol, vicreg]}
            seeds: 3
            undo: {iterations: 2, hypergradient: first-order}
            evaluate: {protocol: knn, quick: true}

            """);
        string[] more = ["--threads", "1", "--jobs", $"{jobs}"];
        await Done("whole", more);
        foreach ((string signal, int cells) in new[] { ("TERM", 3), ("KILL", 6) })
        {
            using Process process = Begin("broken", more);
            while (!process.HasExited && Directory.Exists(folder["broken"]) is var there
                && (!there || Directory.GetDirectories(folder["broken"]).Count(RunDirectory.HoldsRun) < cells))
                await Task.Delay(100, TestContext.Current.CancellationToken);
            await Task.Delay(700, TestContext.Current.CancellationToken);
            using (Process kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]))
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(signal == "TERM" ? Verb.Preempted : 137, process.ExitCode);
        }

        await Done("broken", more);
        RequireSame("whole", "broken");
        Assert.Equal(9, RunsBelow.Find(folder["broken"]).Count);
    }

    [Fact]
    public async Task Sweep_Dry_ListsCellsAndWritesNothing()
    {
        Write(Tiny.Replace("epochs: 2", "learning-rate: 0.001", StringComparison.Ordinal) + """
            grid: {method: [simclr, byol], epochs: [2, 3]}
            cells: [{augmentation: weak}, {name: light decay, weight-decay: 1e-4}]
            seeds: [4, 7]
            """);
        CommandLine result = await CommandLine.RunAsync("sweep", folder["s.yaml"], "--out", folder["out"], "--dry", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        string[] names = [.. result.Json["cells"]!.AsArray().Select(cell => (string)cell!["name"]!)];
        Assert.Equal(16, names.Length);
        Assert.Equal("augmentationweak-simclr-epochs2-seed4", names[0]);
        Assert.Contains("light-decay-byol-epochs3-seed7", names);
        CommandLine some = await CommandLine.RunAsync("sweep", folder["s.yaml"], "--out", folder["out"], "--cell", "light*seed7", "--dry", "--json");
        Assert.Equal(
            ["light-decay-simclr-epochs2-seed7", "light-decay-simclr-epochs3-seed7", "light-decay-byol-epochs2-seed7", "light-decay-byol-epochs3-seed7"],
            some.Json["cells"]!.AsArray().Select(cell => (string)cell!["name"]!));
        CommandLine none = await CommandLine.RunAsync("sweep", folder["s.yaml"], "--out", folder["out"], "--cell", "*seed5", "--dry");
        Assert.Contains("has no such cell", none.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    /// <summary>All that is amiss in any cell is said at once, before the first begins.</summary>
    [Theory]
    [InlineData("grid: {method: [simclr, byoll]}\nevaluate: {protocol: knnn}", "byoll: --method 'byoll' is unknown. Did you mean byol?", "every cell: --protocol 'knnn'")]
    [InlineData("grid: {temperature: [0.1, -1], frob: [1]}", "every cell: 'pretrain' has no option --frob", "temperature-1-frob1: --temperature")]
    [InlineData("undo: {split: layer7}\nseeds: 2", "every cell: --split", "layer7")]
    [InlineData("grids: {}", "unknown key 'grids'. Did you mean grid?", "Keys: pretrain, grid")]
    [InlineData("grid: {epochs: [3]}", "epochs stands in more than one of", "Leave one")]
    [InlineData("grid: {method: [simclr, simclr]}", "the cell simclr", "appears twice")]
    [InlineData("seeds: none", "seeds is how many there are", "found 'none'")]
    [InlineData("undo: {out: x}", "'out' cannot be set for a cell", "line")]
    [InlineData("grid: {a: {b: {c: {d: 1}}}}", "expected a name with a value", "line")]
    public async Task Sweep_CellsThatCannotBegin_AreSaidBeforeAnything(string more, string said, string also)
    {
        Write(Tiny + more + "\n");
        CommandLine result = await CommandLine.RunAsync("sweep", folder["s.yaml"], "--out", folder["out"]);
        Assert.Equal(Verb.WrongUse, result.ExitCode);
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.Contains(also, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    [Fact]
    public async Task Sweep_CellThatFails_IsListedAndTheOthersAreMade()
    {
        // More images in a batch than there are is known only once they are counted.
        Write(Tiny.Replace("batch-size: 16, ", "", StringComparison.Ordinal).Replace("epochs: 2", "epochs: 1", StringComparison.Ordinal)
            + "grid: {batch-size: [400, 16]}\n");
        CommandLine result = await CommandLine.RunAsync("sweep", folder["s.yaml"], "--out", folder["out"], "--threads", "1", "--retries", "0", "--json");
        Assert.Equal(Verb.Failed, result.ExitCode);
        Assert.Equal(["batch-size400"], result.Json["unfinished"]!.AsArray().Select(name => (string)name!));
        Assert.Contains("batch-size400 failed: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Done, RunDirectory.Open(folder["out/batch-size16"]).LoadManifest().Status);
    }

    [Fact]
    public async Task Slurm_Dry_WritesAScriptThatBashReads()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no bash there.");
        Write(Tiny + "grid: {method: [simclr, vicreg]}\nslurm: {time: \"2:00:00\", partition: long, signal: B:USR1@300}\n");
        CommandLine result = await CommandLine.RunAsync("sweep", folder["s.yaml"], "--out", folder["o ut"], "--slurm", "--dry", "--jobs", "1", "--json");
        Assert.True(result.ExitCode == 0, result.Error);
        string script = (string)result.Json["script"]!, text = await File.ReadAllTextAsync(script, TestContext.Current.CancellationToken);
        foreach (string line in new[] { "--array=0-1%1", "--requeue", "--open-mode=append", "--time=2:00:00", "--signal=B:USR1@300" })
            Assert.Contains($"#SBATCH {line}\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("@120", text, StringComparison.Ordinal);
        Assert.Contains("cells=(simclr vicreg)", text, StringComparison.Ordinal);
        using Process bash = Process.Start("bash", ["-n", script]);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, bash.ExitCode);
    }

    /// <summary>A file whose options have changed would make other runs of the same names; more epochs make the same longer.</summary>
    [Fact]
    public async Task Sweep_FileThatHasChanged_IsRefusedOrMakesRunsLonger()
    {
        string settings = Tiny.Replace("epochs: 2", "epochs: 1, schedule: constant, warm-up: 0", StringComparison.Ordinal);
        Write(settings);
        JsonNode dry = (await CommandLine.RunAsync("sweep", folder["s.yaml"], "--out", folder["out"], "--dry", "--json")).Json;
        CommandLine made = await CommandLine.RunAsync(
            [.. ((string)dry["cells"]![0]!["commands"]![0]!).Split(' ')[1..], "--threads", "1"]);
        Assert.True(made.ExitCode == 0, made.Error);
        Write(settings.Replace("batch-size: 16", "batch-size: 8", StringComparison.Ordinal));
        CommandLine other = await CommandLine.RunAsync("sweep", folder["s.yaml"], "--out", folder["out"]);
        Assert.Equal(Verb.WrongUse, other.ExitCode);
        Assert.Contains("--batch-size 8 (it was 16)", other.Error, StringComparison.Ordinal);
        Write(settings.Replace("epochs: 1", "epochs: 2", StringComparison.Ordinal));
        await Done("out", "--threads", "1");
        Assert.Equal(2, RunDirectory.Open(folder["out/cell"]).LoadManifest().Pretraining.Training.Epochs);
    }

    private void Write(string text) => File.WriteAllText(folder["s.yaml"], text);

    private async Task<JsonNode> Done(string name, params string[] more)
    {
        CommandLine result = await CommandLine.RunAsync(["sweep", folder["s.yaml"], "--out", folder[name], "--json", .. more]);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Json;
    }

    private Process Begin(string name, params string[] more) =>
        Process.Start(OwnProgram.Start(["sweep", folder["s.yaml"], "--out", folder[name], .. more]))!;

    private static async Task WaitFor(string file, Process process)
    {
        while (!File.Exists(file) && !process.HasExited)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.False(process.HasExited);
    }

    private void RequireSame(string expected, string found)
    {
        string[] kept = ["metrics.jsonl", "encoder.safetensors", "division.csv", "last.safetensors"];
        string[] files =
        [
            .. Directory.GetFiles(folder[expected], "*", SearchOption.AllDirectories).Where(file => kept.Contains(Path.GetFileName(file)))
                .Select(file => Path.GetRelativePath(folder[expected], file)),
        ];
        Assert.True(files.Length >= 8);
        Assert.All(files, file => Assert.True(
            File.ReadAllBytes(folder[$"{expected}/{file}"]).AsSpan().SequenceEqual(File.ReadAllBytes(folder[$"{found}/{file}"])), file));
    }
}
