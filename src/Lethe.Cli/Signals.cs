using System.Runtime.InteropServices;

namespace Lethe.Cli;

/// <summary>
/// Signals that ask the process to end, from its first moment on: it stops between two steps, with the state saved. A terminal that is
/// closed (SIGHUP) asks for the same, and so do a scheduler (SIGTERM, SIGUSR1) and a sweep that ends (see <see cref="ParentVariable"/>).
/// </summary>
internal sealed class Signals : IDisposable
{
    /// <summary>
    /// Where this is set, the end of standard input asks the process to end: whoever began it holds the other end, which closes however
    /// that process ends.
    /// </summary>
    public const string ParentVariable = "LETHE_ENDS_WITH_INPUT";

    // Its number is not the same everywhere.
    private static readonly PosixSignal user = (PosixSignal)(OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() ? 30 : 10);

    // A checkpoint of a large network takes seconds to write, and an evaluation may have to end first.
    private static readonly TimeSpan timeToSave = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations;
    private readonly Lock gate = new();
    private Timer? end;

    public Signals()
    {
        PosixSignal[] heard = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];
        registrations = [.. heard.Concat(OperatingSystem.IsWindows() ? [] : [user]).Select(
            signal => PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                Asked(signal == user || signal == PosixSignal.SIGTERM);
            }))];
        if (Environment.GetEnvironmentVariable(ParentVariable) is { Length: > 0 })
            new Thread(Listen) { IsBackground = true }.Start();
    }

    /// <summary>Cancelled once the process was asked to end.</summary>
    public CancellationToken Stop => source.Token;

    /// <summary>The exit code that tells by whom: by a person, or by what will give the same command again.</summary>
    public int ExitCode { get; private set; } = Verb.Interrupted;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration one in registrations)
            one.Dispose();
        end?.Dispose();
        source.Dispose();
    }

    private void Listen()
    {
        try
        {
            using Stream input = Console.OpenStandardInput();
            while (input.ReadByte() >= 0)
            {
                // Nothing is to be read there but its end.
            }
        }
        catch (IOException)
        {
            // Gone, which is as good as its end.
        }

        Asked(byScheduler: true);
    }

    // The first to ask is who is answered.
    private void Asked(bool byScheduler)
    {
        lock (gate)
        {
            if (end is not null)
                return;
            if (byScheduler)
                ExitCode = Verb.Preempted;
            end = new Timer(_ => Environment.Exit(ExitCode), null, timeToSave, Timeout.InfiniteTimeSpan);
        }

        // Not on the thread that hears signals: what waits for the token may take long.
        ThreadPool.QueueUserWorkItem(_ => source.Cancel());
    }
}
