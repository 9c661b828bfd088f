using Lethe.Diagnostics;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Runs;

/// <summary>
/// A run on disk. An undo lives in <c>umm/NAME</c> in the same shape, and its control in <c>umm/NAME/control</c>.
/// </summary>
public sealed class RunDirectory
{
    private RunDirectory(string path) => Path = path;

    /// <summary>The directory, as it was given.</summary>
    public string Path { get; }

    /// <summary>Options, seed, versions, data, status: <see cref="RunManifest"/>.</summary>
    public string ManifestPath => In("run.json");

    /// <summary>One line for each measurement.</summary>
    public string MetricsPath => In("metrics.jsonl");

    /// <summary>Which image is in which part, with its label and group; none for more than 200 000 images.</summary>
    internal string DivisionPath => In("division.csv");

    /// <summary>Results of the evaluation protocols.</summary>
    public string EvaluationPath => In("evaluation.json");

    /// <summary>Where work on the run stands at this moment.</summary>
    internal string PulsePath => In("pulse.json");

    /// <summary>What was said of the work, with times; for people.</summary>
    internal string LogPath => In("log.txt");

    /// <summary>Checkpoints.</summary>
    public string CheckpointFolder => In("checkpoints");

    /// <summary>
    /// The encoder alone, written when the training is done: the backbone's weights as safetensors, under torchvision's names.
    /// </summary>
    public string EncoderPath => In("encoder.safetensors");

    /// <summary>What lies in there.</summary>
    internal CheckpointStore Checkpoints => new(Path, CheckpointFolder);

    /// <summary>Event files for TensorBoard.</summary>
    public string TensorBoardFolder => In("tensorboard");

    /// <summary>One folder for each undo.</summary>
    public string UmmFolder => In("umm");

    /// <summary>The report.</summary>
    public string ReportPath => In("report.html");

    /// <summary>Pictures that the report shows.</summary>
    public string PicturesFolder => In("pictures");

    /// <summary>Images of the training part beside their views.</summary>
    public string ViewsPicture => System.IO.Path.Combine(PicturesFolder, "views.png");

    /// <summary>Test images beside their nearest neighbours.</summary>
    public string NeighboursPicture => System.IO.Path.Combine(PicturesFolder, "neighbours.png");

    /// <summary>Where the control of this undo lives.</summary>
    public string ControlPath => In("control");

    /// <summary>
    /// Length of <c>metrics.jsonl</c> in bytes; 0 where it does not exist. A checkpoint keeps it for <see cref="TruncateMetrics"/>.
    /// </summary>
    public long MetricsLength => File.Exists(MetricsPath) ? new FileInfo(MetricsPath).Length : 0;

    /// <summary>The undos of this run, by name.</summary>
    public IReadOnlyList<RunDirectory> Undos => !Directory.Exists(UmmFolder) ? [] :
    [
        .. Directory.GetDirectories(UmmFolder).Order(StringComparer.Ordinal).Where(HoldsRun).Select(folder => new RunDirectory(folder)),
    ];

    /// <summary>The control of this undo, or null where there is none.</summary>
    public RunDirectory? Control => HoldsRun(ControlPath) ? new RunDirectory(ControlPath) : null;

    /// <summary>Whether a directory holds a run.</summary>
    /// <param name="path">The directory.</param>
    /// <returns>True where it holds a <c>run.json</c>.</returns>
    public static bool HoldsRun(string path) => File.Exists(System.IO.Path.Combine(path, "run.json"));

    /// <summary>Makes the directory of a new run, or takes up an existing run.</summary>
    /// <param name="path">The directory; made where it does not exist.</param>
    /// <param name="resume">Whether a run that is there is to go on.</param>
    /// <returns>The directory.</returns>
    /// <exception cref="RunException">
    /// There is a run and it is not to go on, there is something else, or the directory cannot be made.
    /// </exception>
    public static RunDirectory Create(string path, bool resume = false)
    {
        if (File.Exists(path))
            throw new RunException($"{path} is a file; expected a directory to write the run to. Give another --out.");
        if (HoldsRun(path))
        {
            if (resume) return Open(path);
            RunManifest there = RunFiles.ReadManifest(System.IO.Path.Combine(path, "run.json"));

            // An import that was cut off holds nothing that the next does not write again.
            if (there is { HasImages: false, Status: RunStatus.Running })
                return new RunDirectory(path);
            RunStatus status = there.Status;
            string advice = status == RunStatus.Done || there.Diverged
                ? "Give another --out, or delete it"
                : "Give --resume to continue it, another --out to start anew, or delete it";
            throw new RunException($"{path} holds a run already (status {status.ToString().ToLowerInvariant()}). {advice}.");
        }

        if (Directory.Exists(path) && !IsUnbegun(path))
            throw new RunException($"{path} is not empty and holds no run. Give --out a directory that is empty or does not exist yet.");
        try
        {
            FileOperation.Before("make folder", path);
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new RunException($"Cannot make the directory {path}: {error.Message} Give --out a place that can be written to.", error);
        }

        return new RunDirectory(path);
    }

    /// <summary>
    /// Whether a directory is empty but for what a start leaves that ended before <c>run.json</c> had its name: a lock, and what the first
    /// file that is written is called until it is whole.
    /// </summary>
    /// <param name="path">The directory, which exists.</param>
    internal static bool IsUnbegun(string path) => Directory.EnumerateFileSystemEntries(path).All(entry => IsLeftOver(entry));

    /// <summary>Makes the directory of a new run, and keeps others out of it.</summary>
    /// <param name="path">The directory; made where it does not exist.</param>
    /// <returns>The directory, and the lock; the caller disposes it.</returns>
    /// <exception cref="RunException">There is something else, another process is at work there, or it cannot be made.</exception>
    internal static (RunDirectory Run, DirectoryLock Held) Claim(string path)
    {
        RunDirectory run = Create(path);
        DirectoryLock held;
        try
        {
            held = DirectoryLock.Acquire(path);
        }
        catch (RunException) when (!Directory.Exists(path))
        {
            // Another start that failed took its directory away in between.
            run = Create(path);
            held = DirectoryLock.Acquire(path);
        }

        try
        {
            // Another start may have come and gone in between.
            return (Create(path), held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Opens an existing run.</summary>
    /// <param name="path">The directory.</param>
    /// <returns>The directory.</returns>
    /// <exception cref="RunException">There is no run, or it is of another version or damaged.</exception>
    public static RunDirectory Open(string path)
    {
        if (!HoldsRun(path))
        {
            string found = Directory.Exists(path) ? "no run.json in it" : "no such directory";
            throw new RunException(
                $"{path} is not a run: found {found}. Give a directory that 'lethe pretrain' or 'lethe run' made."
                + NearbyRuns.Sentence(path, HoldsRun));
        }

        var directory = new RunDirectory(path);
        directory.LoadManifest();
        return directory;
    }

    /// <summary>Where an undo of a name lives.</summary>
    /// <param name="name">
    /// Letters, digits, '.', '-' and '_', beginning with a letter or a digit; at most 200; none that is a device on Windows.
    /// </param>
    /// <returns>The directory's path.</returns>
    /// <exception cref="InvalidOptionException">The name cannot be that of a folder everywhere.</exception>
    public string UndoPath(string name)
    {
        UndoName.Require(name);
        return System.IO.Path.Combine(UmmFolder, name);
    }

    /// <summary>Reads <c>run.json</c>.</summary>
    /// <returns>The manifest.</returns>
    /// <exception cref="RunException">It is missing, damaged or of another version.</exception>
    internal RunManifest LoadManifest() => RunFiles.ReadManifest(ManifestPath);

    /// <summary>Writes <c>run.json</c>, whole or not at all.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <exception cref="RunException">It cannot be written.</exception>
    internal void SaveManifest(RunManifest manifest) =>
        AtomicFile.Write(ManifestPath, stream => RunFiles.WriteManifest(stream, manifest));

    /// <summary>Reads <c>evaluation.json</c>.</summary>
    /// <returns>The records; none where nothing was evaluated.</returns>
    /// <exception cref="RunException">It is damaged.</exception>
    public IReadOnlyList<EvaluationRecord> LoadEvaluation() => File.Exists(EvaluationPath) ? RunFiles.ReadEvaluation(EvaluationPath) : [];

    /// <summary>Writes <c>evaluation.json</c>, whole or not at all.</summary>
    /// <param name="records">All records; what was there is replaced.</param>
    /// <exception cref="RunException">It cannot be written.</exception>
    internal void SaveEvaluation(IReadOnlyList<EvaluationRecord> records) =>
        AtomicFile.Write(EvaluationPath, stream => RunFiles.WriteEvaluation(stream, records));

    /// <summary>Reads <c>metrics.jsonl</c>; a last line whose writing was cut off is left out and reported.</summary>
    /// <returns>The measurements; none where there is no file.</returns>
    /// <exception cref="RunException">It is not what was written, or a line is no measurement; the message states which.</exception>
    internal MetricsLog LoadMetrics()
    {
        FileSeal? seal = HoldsRun(Path) ? LoadManifest().Metrics ?? (Checkpoints.Peek() is { } state ? FileSeal.Of(state) : null) : null;
        return File.Exists(MetricsPath) || seal is { Length: > 0 } ? RunFiles.ReadMetrics(MetricsPath, seal) : new MetricsLog([], null);
    }

    /// <summary>
    /// Removes the half of a pulse that a process left which was killed after its work was done. Only under the run's lock.
    /// </summary>
    internal void RemoveHalfPulse() => File.Delete(PulsePath + ".tmp");

    /// <summary>Reads <c>pulse.json</c>.</summary>
    /// <returns>The pulse; null where there is none, as of runs of earlier versions, or where it cannot be read at this moment.</returns>
    internal RunPulse? LoadPulse() => RunFiles.ReadPulse(PulsePath);

    /// <summary>What was measured so far.</summary>
    /// <returns>The lines of <c>metrics.jsonl</c>; none where there is no file.</returns>
    /// <exception cref="RunException">A line is no measurement; the message states which.</exception>
    public IReadOnlyList<Measurement> LoadMeasurements() => LoadMetrics().Measurements;

    /// <summary>Appends to <c>metrics.jsonl</c>.</summary>
    /// <param name="measurements">The measurements, all finite.</param>
    /// <returns>The bytes that were added.</returns>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    /// <exception cref="RunException">The file ends in a torn line, or cannot be written.</exception>
    internal byte[] AppendMeasurements(IEnumerable<Measurement> measurements)
    {
        IReadOnlyList<string> lines = RunFiles.MetricsLines(measurements);
        if (!RunFiles.EndsLine(MetricsPath, MetricsLength))
            throw new RunException($"{MetricsPath} ends in a line whose writing was cut off. Go on with --resume, which removes it.");

        // Synced, because a checkpoint that is written next says how long the file is.
        return AtomicFile.AppendLines(MetricsPath, lines, sync: true);
    }

    /// <summary>
    /// Lets go of the directory of a run that never began, and removes it with what such a start leaves; what is not its own stays.
    /// </summary>
    /// <param name="held">The lock, which is let go of.</param>
    internal void Abandon(DirectoryLock held)
    {
        try
        {
            if (!HoldsRun(Path) && IsUnbegun(Path))
                held.Remove(Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What is left is passed over by the next start.
        }
        finally
        {
            held.Dispose();
        }
    }

    /// <summary>Cuts <c>metrics.jsonl</c> back to what it was at a checkpoint, so that a resumed run repeats the rest.</summary>
    /// <param name="seal">How it was then.</param>
    /// <exception cref="RunException">The file is shorter than that, or has changed since.</exception>
    internal void TruncateMetrics(FileSeal seal)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seal.Length);
        RunFiles.RequireSealed(MetricsPath, seal);
        if (MetricsLength > seal.Length)
            AtomicFile.Truncate(MetricsPath, seal.Length);
    }

    private static bool IsLeftOver(string entry) => System.IO.Path.GetFileName(entry) is var name
        && (name.StartsWith(".lock", StringComparison.Ordinal) || name == "run.json.tmp");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
