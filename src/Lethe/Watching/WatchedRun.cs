using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Watching;

/// <summary>A run as it lies on disk at a moment. It is read and nothing else: no lock is taken and nothing is written.</summary>
/// <param name="Id">Its path within the folder that is watched, with slashes; "." for that folder itself.</param>
/// <param name="Path">Its directory.</param>
internal sealed record WatchedRun(string Id, string Path)
{
    private const int LogLines = 200, LogBytes = 64 * 1024;

    private static readonly string[] looked =
        ["run.json", "metrics.jsonl", "evaluation.json", "pictures/views.png", "log.txt", "pulse.json"];

    /// <summary>What its files hold; null where they cannot be read.</summary>
    public ReportRun? Run { get; private init; }

    /// <summary>Pre-training, undos and controls.</summary>
    public IReadOnlyList<WatchedPart> Parts { get; private init; } = [];

    /// <summary>Why its files cannot be read; null where they can.</summary>
    public string? Trouble { get; private init; }

    /// <summary>The last lines of what was said of the work.</summary>
    public string Log { get; private init; } = "";

    /// <summary>Options by dotted names, and the seed.</summary>
    public IReadOnlyDictionary<string, string> Options { get; private init; } = new Dictionary<string, string>();

    /// <summary>What was measured, by layer and name.</summary>
    public IReadOnlyList<(string Layer, string Name)> Measures { get; private init; } = [];

    // What the files were that it was read from.
    private string Stamp { get; init; } = "";

    /// <summary>The training that is at work, or else the one that was heard of last; null where nothing can be read.</summary>
    public WatchedPart? Now(DateTimeOffset now) =>
        Parts.OrderByDescending(part => part.IsAtWork(now)).ThenByDescending(part => part.HeardUtc).FirstOrDefault();

    /// <summary>What is to be said of it.</summary>
    public RunLife Life(DateTimeOffset now) => Run is null ? RunLife.Unreadable
        : Parts.Any(part => part.IsAtWork(now)) ? RunLife.Running
        : Parts.Any(part => part.IsStale(now)) ? RunLife.Stale
        : Parts.Any(part => part.Manifest.Status == RunStatus.Failed) ? RunLife.Failed
        : Parts.Any(part => part.Manifest.Status == RunStatus.Interrupted) ? RunLife.Interrupted
        : RunLife.Done;

    /// <summary>Reads a run, or gives what was read before where no file has changed since.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="path">Its directory.</param>
    /// <param name="before">What was read before; null for nothing.</param>
    public static WatchedRun Read(string id, string path, WatchedRun? before)
    {
        string[] directories = [.. Directories(path)];
        string stamp = string.Concat(directories.SelectMany(Files).Select(StampOf));
        if (before is not null && before.Stamp == stamp)
            return before;
        try
        {
            // What seldom changes and takes long to read is read when it has changed; a pulse changes every two seconds.
            string slow = Slow(stamp);
            bool same = before?.Run is not null && Slow(before.Stamp) == slow;
            ReportRun run = same ? before!.Run! : ReportModel.Read(RunDirectory.Open(path));
            return new WatchedRun(id, path)
            {
                Stamp = stamp,
                Run = run,
                Parts = [.. directories.Select(directory => Part(path, directory))],
                Log = string.Join('\n', directories.Select(directory => System.IO.Path.Combine(directory, "log.txt")).Where(File.Exists)
                    .OrderByDescending(File.GetLastWriteTimeUtc).Take(1).Select(Tail)),
                Options = same ? before!.Options : ReportModel.Asked(run.Manifest.Pretraining).ToDictionary(),
                Measures = same ? before!.Measures : [.. run.Measurements.Select(m => (m.Layer, m.Name)).Distinct()],
            };
        }
        catch (Exception error) when (error is LetheException or IOException or UnauthorizedAccessException)
        {
            return new WatchedRun(id, path) { Stamp = stamp, Trouble = error.Message };
        }
    }

    private static IEnumerable<string> Directories(string path)
    {
        string umm = System.IO.Path.Combine(path, "umm");
        string[] undos = Directory.Exists(umm) ? [.. Directory.GetDirectories(umm).Order(StringComparer.Ordinal)] : [];
        return undos.SelectMany(undo => new[] { undo, System.IO.Path.Combine(undo, "control") }).Where(RunDirectory.HoldsRun).Prepend(path);
    }

    private static IEnumerable<string> Files(string directory) =>
        looked.Select(name => System.IO.Path.Combine(directory, name));

    private static string StampOf(string path)
    {
        var file = new FileInfo(path);
        return Invariant($"{path}:{(file.Exists ? file.Length : -1)}:{(file.Exists ? file.LastWriteTimeUtc.Ticks : 0)}\n");
    }

    private static string Slow(string stamp) => string.Join('\n', stamp.Split('\n').Where(
        line => !line.Contains("pulse.json:", StringComparison.Ordinal) && !line.Contains("log.txt:", StringComparison.Ordinal)));

    private static WatchedPart Part(string run, string path)
    {
        RunDirectory directory = RunDirectory.Open(path);
        RunManifest manifest = directory.LoadManifest();
        string undo = System.IO.Path.GetFileName(manifest.Kind == RunKind.Control ? System.IO.Path.GetDirectoryName(path) : path) ?? "";
        DateTime changed = new[] { directory.ManifestPath, directory.MetricsPath, directory.Checkpoints.LastPath }
            .Where(File.Exists).Select(File.GetLastWriteTimeUtc).Max();
        return new WatchedPart(
            path == run ? "pre-training" : manifest.Kind == RunKind.Control ? $"control of {undo}" : $"undo {undo}", directory, manifest,
            directory.LoadPulse(), new DateTimeOffset(changed, TimeSpan.Zero));
    }

    private static string Tail(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(Math.Max(0, file.Length - LogBytes), SeekOrigin.Begin);
        using var reader = new StreamReader(file);
        string[] lines = reader.ReadToEnd().TrimEnd('\n').Split('\n');
        return string.Join('\n', lines.TakeLast(LogLines));
    }
}
