using Lethe.Runs;

namespace Lethe.Watching;

/// <summary>A training of a run as it lies on disk: the pre-training, an undo, or a control.</summary>
/// <param name="Name">What it is called: pre-training, or the undo's name.</param>
/// <param name="Directory">Its directory.</param>
/// <param name="Manifest">What it says of itself.</param>
/// <param name="Pulse">Its last sign of life; null where it has none, as of earlier versions.</param>
/// <param name="ChangedUtc">When a file of it last changed.</param>
internal sealed record WatchedPart(string Name, RunDirectory Directory, RunManifest Manifest, RunPulse? Pulse, DateTimeOffset ChangedUtc)
{
    /// <summary>Without a pulse, a run may be silent as long as an evaluation takes.</summary>
    internal static readonly TimeSpan SilenceWithoutPulse = TimeSpan.FromMinutes(30);

    /// <summary>When something was last heard of it.</summary>
    public DateTimeOffset HeardUtc => Pulse is { } pulse && pulse.AtUtc > ChangedUtc ? pulse.AtUtc : ChangedUtc;

    /// <summary>Whether a process works on it.</summary>
    public bool IsAtWork(DateTimeOffset now) => Pulse is { } pulse
        ? !pulse.Ended && now - pulse.AtUtc < RunPulse.Silence
        : Manifest.Status == RunStatus.Running && now - ChangedUtc < SilenceWithoutPulse;

    /// <summary>Whether it says that it is at work, and is not.</summary>
    public bool IsStale(DateTimeOffset now) => Manifest.Status == RunStatus.Running && !IsAtWork(now);
}
