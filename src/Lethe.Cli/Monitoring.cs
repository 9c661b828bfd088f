using Lethe.Diagnostics;
using Lethe.Reporting;

namespace Lethe.Cli;

/// <summary>Gives the monitor's findings to a report, as plain data.</summary>
internal static class Monitoring
{
    /// <summary>Where ΔR turned, and where a gap opened, first layer first.</summary>
    public static IReadOnlyList<Onset> Onsets(IReadOnlyList<Measurement> measurements)
    {
        MemorisationVerdict verdict = MemorisationMonitor.Judge(measurements);
        return verdict is { Turned: true, TurnLayer: { } layer, TurnEpoch: { } epoch } ? [new Onset(layer, epoch, verdict.Reason)] : [];
    }
}
