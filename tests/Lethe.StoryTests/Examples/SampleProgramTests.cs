using System.Diagnostics;

namespace Lethe.Tests.Examples;

/// <summary>The program of the samples: another assembly, which sees only what is public.</summary>
public sealed class SampleProgramTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Program_WithAMethodAndAProtocolOfItsOwn_TrainsUndoesAndEvaluates()
    {
        string here = AppContext.BaseDirectory, tests = Path.Combine(here, "Lethe.Tests");
        string[] arguments =
        [
            "exec", "--runtimeconfig", tests + ".runtimeconfig.json", "--depsfile", tests + ".deps.json",
            Path.Combine(here, "Lethe.Samples.dll"), folder["run"],
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

        // The other core is the other tests': two threads that wait for each other there take many times as long.
        start.Environment["DOTNET_PROCESSOR_COUNT"] = start.Environment["OMP_NUM_THREADS"] = "1";
        using Process program = Process.Start(start)!;
        Task<string> output = program.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string errors = await program.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await program.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(program.ExitCode == 0, errors);
        string[] lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (string stage in new[] { "Untrained", "Before", "Control", "Umm" })
            Assert.Contains(
                lines, line => line.StartsWith(stage, StringComparison.Ordinal) && line.Contains("nearest-mean", StringComparison.Ordinal));
        Assert.Contains(
            "align-uniform", await File.ReadAllTextAsync(Path.Combine(folder["run"], "run.json"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }
}
