namespace Lethe.Runs;

/// <summary>How long a run took. Kept out of <c>metrics.jsonl</c>, so that equal runs have equal measurements.</summary>
/// <param name="Seconds">Wall-clock time, all parts of an interrupted run together.</param>
/// <param name="ImagesPerSecond">Images trained on per second of training; each counts once, whatever the number of its views.</param>
/// <param name="WaitingShare">Share of the training time spent waiting for data, in [0, 1].</param>
/// <param name="PeakMemory">Largest resident memory of the process that ended the run, in MiB; 0 where it was not measured.</param>
internal sealed record RunTimings(double Seconds, double ImagesPerSecond, double WaitingShare, double PeakMemory = 0);
