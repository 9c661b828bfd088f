using Lethe.Diagnostics;

namespace Lethe.Runs;

/// <summary>What was read from <c>metrics.jsonl</c>.</summary>
/// <param name="Measurements">The measurements in the order of the file.</param>
/// <param name="TornLine">The start of a last line whose writing was cut off, which was left out; null where there is none.</param>
internal sealed record MetricsLog(IReadOnlyList<Measurement> Measurements, string? TornLine);
