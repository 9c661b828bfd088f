using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Lethe.Ranks;
using Lethe.Runtime;

namespace Lethe.Cli;

/// <summary>Makes this process one of the ranks that were asked for, or started, before a verb does its work.</summary>
internal sealed class RankStart : IDisposable
{
    // Some take turns on a core without harm, as where one tries out what will run elsewhere. Hundreds bring a machine to a halt.
    private const int MostForEachCore = 8;

    // Others end by themselves once rank 0 has let them go or is gone.
    private static readonly TimeSpan timeToEnd = TimeSpan.FromSeconds(20);

    private readonly List<Process> started = [];

    private RankStart()
    {
    }

    /// <summary>The group; null where this process works alone.</summary>
    public RankGroup? Group { get; private set; }

    /// <summary>Joins the ranks that <c>--ranks</c>, the environment or a launcher ask for.</summary>
    /// <param name="options">What was given.</param>
    /// <param name="parsed">The command line, which ranks of this machine are started with again.</param>
    /// <param name="terminal">Told which rank this is.</param>
    /// <returns>What was joined.</returns>
    /// <exception cref="LetheException">They cannot meet, or a launcher started several that would each work alone.</exception>
    public static RankStart Join(RankOptions options, ParseResult parsed, Terminal terminal)
    {
        options.Validate();
        var start = new RankStart();
        try
        {
            RankEnvironment environment = RankEnvironment.OfProcess;
            if (environment.Meets() is { } meeting)
                start.Group = Meet(meeting);
            else if (options.Ranks > 1)
                start.Group = start.Begin(Few(options.Ranks), [.. parsed.Tokens.Select(token => token.Value)]);
            else if (options.Ranks == 0 && environment.Launched() is { } launched)
                start.Group = Mpi.Join(launched);
        }
        catch
        {
            start.Dispose();
            throw;
        }

        RankGroup.OfProcess = start.Group;
        if (start.Group is { } group)
            terminal.Say($"{group.Name(group.Rank)}, by {group.Transport}");
        return start;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        RankGroup.OfProcess = null;
        Group?.Dispose();
        foreach (Process one in started)
        {
            if (!one.WaitForExit(timeToEnd))
                one.Kill();
            one.Dispose();
        }
    }

    private static int Few(int ranks)
    {
        int most = MostForEachCore * Environment.ProcessorCount;
        return ranks <= most ? ranks : throw new InvalidOptionException(
            $"--ranks {ranks} would start {ranks} processes on a machine of {Environment.ProcessorCount} cores; at most {most} are "
            + "started, and more than one for each core gains nothing. Give fewer, or start ranks on several machines by mpirun or srun.");
    }

    private static SocketRanks Meet((string Host, int Port, int Rank, int Count, string Key) meeting) => meeting.Rank == 0
        ? Rendezvous.Lead(Rendezvous.Listen(IPAddress.Any, meeting.Port), meeting.Count, meeting.Key)
        : Rendezvous.Follow(meeting.Host, meeting.Port, meeting.Rank, meeting.Count, meeting.Key);

    private SocketRanks Begin(int count, string[] arguments)
    {
        Socket listener = Rendezvous.Listen(IPAddress.Loopback, 0);
        string key = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        for (int rank = 1; rank < count; rank++)
            started.Add(StartRank(rank, count, $"127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}", key, arguments));
        return Rendezvous.Lead(listener, count, key, () =>
        {
            if (started.Index().FirstOrDefault(one => one.Item.HasExited) is { Item: { } ended } found)
                throw new RankGroupException($"Rank {found.Index + 1} of {count} ended with exit code {ended.ExitCode} before it began.");
        });
    }

    // The same program with the same words, so that a list of processes says what each is for.
    private static Process StartRank(int rank, int count, string meeting, string key, string[] arguments)
    {
        string program = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        var start = new ProcessStartInfo(program, isHost ? [Environment.GetCommandLineArgs()[0], .. arguments] : arguments)
        {
            RedirectStandardOutput = false,
        };
        start.Environment[RankEnvironment.Meeting] = meeting;
        start.Environment[RankEnvironment.Key] = key;
        start.Environment[RankEnvironment.Rank] = $"{rank}";
        start.Environment[RankEnvironment.Count] = $"{count}";
        return Process.Start(start)!;
    }
}
