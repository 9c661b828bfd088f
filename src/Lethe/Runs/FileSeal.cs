using Lethe.Training;

namespace Lethe.Runs;

/// <summary>How a file of lines was at a moment: what lies after that length was added later, what lies before must be the same.</summary>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Checksum">XXH3-128 of them as hexadecimal digits; null where an earlier version took none.</param>
internal sealed record FileSeal(long Length, string? Checksum)
{
    /// <summary>How <c>metrics.jsonl</c> was at a checkpoint.</summary>
    public static FileSeal Of(TrainingState state) => new(state.MetricsLength, state.MetricsChecksum);
}
