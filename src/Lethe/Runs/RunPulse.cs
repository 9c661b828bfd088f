namespace Lethe.Runs;

/// <summary>
/// What <c>pulse.json</c> says while work on a run goes on, anew every two seconds: where it stands, and by its time that the process
/// lives. Nothing is computed from it; whoever looks on reads it.
/// </summary>
/// <param name="AtUtc">When it was written.</param>
/// <param name="Ended">Whether the work has ended, however it did.</param>
/// <param name="Stage">What is being done, as <c>pre-training</c>.</param>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all; 0 where that is not known.</param>
/// <param name="Detail">Rate, place and loss in words; may be empty.</param>
internal sealed record RunPulse(DateTimeOffset AtUtc, bool Ended, string Stage, long Done, long Total, string Detail)
{
    /// <summary>How often it is written.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>A work whose pulse is older than this has ended without a chance to say so, or its machine sleeps.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    /// <summary>Seconds that the stage will take from here; null where that is not known.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>Images through training per second of it; null before the first step.</summary>
    public double? ImagesPerSecond { get; init; }

    /// <summary>Share of training's time spent waiting for images, in [0, 1]; null before the first step.</summary>
    public double? WaitingShare { get; init; }

    /// <summary>The loss at some steps of this work, the rarer the more there were; the last is the latest.</summary>
    public IReadOnlyList<PulsePoint> Losses { get; init; } = [];
}
