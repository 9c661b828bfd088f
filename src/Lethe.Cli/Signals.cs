using System.Runtime.InteropServices;

namespace Lethe.Cli;

/// <summary>
/// Signals that ask the process to end, from its first moment on: it stops between two steps, with the state saved. A terminal that is
/// closed (SIGHUP) asks for the same.
/// </summary>
internal sealed class Signals : IDisposable
{
    // A checkpoint of a large network takes seconds to write, and an evaluation may have to end first.
    private static readonly TimeSpan timeToSave = TimeSpan.FromMinutes(2);

    private readonly CancellationTokenSource source = new();
    private readonly List<PosixSignalRegistration> registrations;
    private Timer? end;

    public Signals() => registrations =
    [
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
            .Select(signal => PosixSignalRegistration.Create(signal, Asked)),
    ];

    /// <summary>Cancelled once the process was asked to end.</summary>
    public CancellationToken Stop => source.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration one in registrations)
            one.Dispose();
        end?.Dispose();
        source.Dispose();
    }

    private void Asked(PosixSignalContext context)
    {
        context.Cancel = true;
        end ??= new Timer(_ => Environment.Exit(Verb.Interrupted), null, timeToSave, Timeout.InfiniteTimeSpan);

        // Not on the thread that hears signals: what waits for the token may take long.
        ThreadPool.QueueUserWorkItem(_ => source.Cancel());
    }
}
