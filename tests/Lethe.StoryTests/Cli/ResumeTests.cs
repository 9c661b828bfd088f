using System.Diagnostics;
using Lethe.Cli;
using Lethe.Cli.Sweeps;
using Lethe.Runs;
using Lethe.Storage;

namespace Lethe.Tests.Cli;

/// <summary><c>--resume auto</c>: one command begins a run, goes on with it, or finds it done.</summary>
[Collection<TorchCollection>]
public sealed class ResumeTests(FinishedRun finished) : IClassFixture<FinishedRun>, IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Pretrain_SameCommand_GoesOnThenSaysDone()
    {
        string run = finished.CopyTo(folder["run"], "interrupted");
        string[] command = [.. StoryTests.Pretrain(run), "--resume", "auto"];
        CommandLine first = await CommandLine.RunAsync(command), second = await CommandLine.RunAsync(command);
        Assert.True(first.ExitCode == 0 && second.ExitCode == 0, first.Error + second.Error);
        Assert.DoesNotContain("is done: there is nothing left to train", first.Error, StringComparison.Ordinal);
        Assert.Contains($"{run} is done: there is nothing left to train", second.Error, StringComparison.Ordinal);
        CommandLine begun = await CommandLine.RunAsync([.. StoryTests.Pretrain(folder["new"]), "--resume=auto"]);
        Assert.True(begun.ExitCode == 0, begun.Error);
        Assert.Equal(RunStatus.Done, RunDirectory.Open(folder["new"]).LoadManifest().Status);
    }

    [Fact]
    public async Task Pretrain_OtherOptionsOrNoPlace_IsRefused()
    {
        string run = finished.CopyTo(folder["run"]);
        CommandLine other = await CommandLine.RunAsync([.. StoryTests.Pretrain(run), "--resume", "auto", "--temperature", "0.7"]);
        Assert.Equal(Verb.WrongUse, other.ExitCode);
        Assert.Contains("was begun with other options: --temperature 0.7", other.Error, StringComparison.Ordinal);
        CommandLine nowhere = await CommandLine.RunAsync("pretrain", "--resume", "auto");
        Assert.Equal(Verb.WrongUse, nowhere.ExitCode);
        Assert.Contains("--resume auto needs --out", nowhere.Error, StringComparison.Ordinal);
        CommandLine wrong = await CommandLine.RunAsync("pretrain", "--resume=later", "--out", run);
        Assert.Contains("found 'later'", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pretrain_RunOfAnotherProcess_IsRefused()
    {
        string run = finished.CopyTo(folder["run"], "interrupted");
        using (DirectoryLock.Acquire(run))
        {
            CommandLine result = await CommandLine.RunAsync([.. StoryTests.Pretrain(run), "--resume", "auto"]);
            Assert.Equal(Verb.Failed, result.ExitCode);
            Assert.Contains($"is in use by process {Environment.ProcessId}", result.Error, StringComparison.Ordinal);
        }
    }

    /// <summary>A command that made a run longer can be given again, though its warm-up is another share of the steps by then.</summary>
    [Fact]
    public async Task Pretrain_MadeLonger_TheSameCommandAgain()
    {
        string[] Command(int epochs) =>
        [
            .. StoryTests.Pretrain(folder["run"]).Select((word, i) => i == 2 ? $"{epochs}" : word), "--schedule", "constant", "--warm-up", "0.5",
            "--resume", "auto",
        ];
        foreach (int epochs in new[] { 1, 2, 2 })
        {
            CommandLine result = await CommandLine.RunAsync(Command(epochs));
            Assert.True(result.ExitCode == 0, result.Error);
            Assert.Equal(epochs, RunDirectory.Open(folder["run"]).LoadManifest().Pretraining.Training.Epochs);
        }

        CommandLine other = await CommandLine.RunAsync([.. Command(2).Select(word => word == "0.5" ? "0.25" : word)]);
        Assert.Contains("--warm-up 0.25", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Undo_SameCommand_BeginsThenChangesNothing()
    {
        string run = finished.CopyTo(folder["run"]);
        string[] command = ["undo", run, "--iterations", "1", "--hypergradient", "first-order", "--control", "false", "--threads", "1", "--resume", "auto"];
        CommandLine first = await CommandLine.RunAsync(command);
        Assert.True(first.ExitCode == 0, first.Error);
        string weights = Assert.Single(RunDirectory.Open(run).Undos).Checkpoints.LastPath;
        DateTime written = File.GetLastWriteTimeUtc(weights);
        CommandLine second = await CommandLine.RunAsync(command);
        Assert.True(second.ExitCode == 0, second.Error);
        Assert.Equal(written, File.GetLastWriteTimeUtc(weights));
    }

    /// <summary>A scheduler that ends a job with SIGUSR1 is told that the same command goes on.</summary>
    [Fact]
    public async Task Pretrain_Usr1_SavesAndEndsWithItsOwnCode()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such signals.");
        string[] command = [.. StoryTests.Pretrain(folder["run"]).Select((word, i) => i == 2 ? "4000" : word), "--resume", "auto"];
        using Process process = Process.Start(OwnProgram.Start(command))!;
        Task<string> said = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        while (!File.Exists(folder["run/metrics.jsonl"]) && !process.HasExited)
            await Task.Delay(20, TestContext.Current.CancellationToken);
        using (Process kill = Process.Start("kill", ["-USR1", $"{process.Id}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == Verb.Preempted, await said);
        Assert.Contains("The state is saved. The same command continues.", await said, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Interrupted, RunDirectory.Open(folder["run"]).LoadManifest().Status);
    }

    [Theory]
    [InlineData("undo --resume runs/a", "undo --resume=true runs/a")]
    [InlineData("undo runs/a --resume auto --split stem", "undo runs/a --resume=auto --split stem")]
    [InlineData("undo runs/a --resume=auto --resume", "undo runs/a --resume=auto --resume=true")]
    [InlineData("embed -- --resume auto", "embed -- --resume auto")]
    public void Spelt_BareOrWithItsWord_TakesNoOther(string line, string expected) =>
        Assert.Equal(expected.Split(' '), ResumeOption.Spelt(line.Split(' ')));
}
