using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Lethe.Ranks;

namespace Lethe.Tests.Ranks;

/// <summary>The command line as several processes that meet by the environment.</summary>
internal sealed class RankProcesses : IDisposable
{
    private readonly Process[] processes;
    private readonly StringBuilder[] said;

    public RankProcesses(int count, params string[] arguments)
    {
        using Socket free = Rendezvous.Listen(IPAddress.Loopback, 0);
        int port = ((IPEndPoint)free.LocalEndPoint!).Port;
        free.Dispose();
        said = [.. Enumerable.Range(0, count).Select(_ => new StringBuilder())];
        processes = [.. Enumerable.Range(0, count).Select(rank => Start(rank, count, port, arguments))];
    }

    public IReadOnlyList<Process> Processes => processes;

    /// <summary>All that a rank said.</summary>
    public string Said(int rank)
    {
        lock (said[rank])
            return said[rank].ToString();
    }

    /// <summary>Waits for all, for at most a minute after the first.</summary>
    /// <returns>Exit codes, by rank.</returns>
    public int[] End()
    {
        Assert.True(Task.WaitAny([.. processes.Select(one => one.WaitForExitAsync(TestContext.Current.CancellationToken))]) >= 0);
        foreach (Process one in processes)
            Assert.True(one.WaitForExit(TimeSpan.FromMinutes(one.HasExited ? 0 : 10)), "A rank goes on.");
        return [.. processes.Select(one => one.ExitCode)];
    }

    public void Dispose()
    {
        foreach (Process one in processes)
        {
            if (!one.HasExited)
                one.Kill();
            one.Dispose();
        }
    }

    private Process Start(int rank, int count, int port, string[] arguments)
    {
        string here = AppContext.BaseDirectory, tests = Path.Combine(here, "Lethe.StoryTests");
        var start = new ProcessStartInfo(
            "dotnet",
            ["exec", "--runtimeconfig", tests + ".runtimeconfig.json", "--depsfile", tests + ".deps.json", Path.Combine(here, "Lethe.Cli.dll"), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            Environment =
            {
                [RankEnvironment.Meeting] = $"127.0.0.1:{port}", [RankEnvironment.Rank] = $"{rank}", [RankEnvironment.Count] = $"{count}",
                [RankEnvironment.Key] = "test", ["OMP_NUM_THREADS"] = "1",
            },
        };
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (said[rank])
                said[rank].AppendLine(line.Data);
        };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }
}
