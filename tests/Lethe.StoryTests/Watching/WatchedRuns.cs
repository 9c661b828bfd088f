using Lethe.Diagnostics;
using Lethe.Runs;
using Lethe.Tests.Results;

namespace Lethe.Tests.Watching;

/// <summary>Runs on disk that were never trained.</summary>
internal static class WatchedRuns
{
    public static RunDirectory Write(
        string path, ulong seed = 1, RunStatus status = RunStatus.Done, double shift = 0, Func<RunOptions, RunOptions>? options = null)
    {
        RunDirectory run = RunDirectory.Create(path);
        RunManifest manifest = ReportSamples.Manifest(seed);
        run.SaveManifest(manifest with
        {
            Status = status, Pretraining = options?.Invoke(manifest.Pretraining) ?? manifest.Pretraining,
            FinishedUtc = status == RunStatus.Done ? manifest.FinishedUtc : null,
        });
        run.AppendMeasurements(ReportSamples.Epochs(shift));
        return run;
    }

    /// <summary>A sign of life of some time ago.</summary>
    public static void Beat(RunDirectory run, TimeSpan ago, bool ended = false)
    {
        using FileStream file = File.Create(run.PulsePath);
        RunFiles.WritePulse(file, new RunPulse(DateTimeOffset.UtcNow - ago, ended, "pre-training", 30, 120, "152 images/s  epoch 3 of 4")
        {
            SecondsLeft = 90, ImagesPerSecond = 152, WaitingShare = 0.03, Losses = [new(10, 5), new(20, 4.5), new(30, 4.25)],
        });
    }

    /// <summary>Every file below a folder with its length and the time of its last change.</summary>
    public static string[] Files(string folder) =>
    [
        .. Directory.GetFileSystemEntries(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(
            path => $"{path} {(File.Exists(path) ? new FileInfo(path).Length : 0)} {File.GetLastWriteTimeUtc(path).Ticks}"),
    ];

    public static Measurement Late(double value) => new(5, Measure.Run, Measure.Loss, value);
}
