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
            RunStatus status = there.Status;
            string advice = status == RunStatus.Done || there.Diverged
                ? "Give another --out, or delete it"
                : "Give --resume to go on with it, another --out to start anew, or delete it";
            throw new RunException($"{path} holds a run already (status {status.ToString().ToLowerInvariant()}). {advice}.");
        }

        // A lock file is what a start leaves that failed before it wrote anything.
        static bool Matters(string entry) => !System.IO.Path.GetFileName(entry).StartsWith(".lock", StringComparison.Ordinal);
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any(Matters))
            throw new RunException($"{path} is not empty and holds no run. Give --out a directory that is empty or does not exist yet.");
        try
        {
            Directory.CreateDirectory(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"Cannot make the directory {path}: {error.Message} Give --out a place that can be written to.", error);
        }

        return new RunDirectory(path);
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
    /// <param name="name">Letters, digits, '.', '-' and '_', beginning with a letter or a digit.</param>
    /// <returns>The directory's path.</returns>
    /// <exception cref="InvalidOptionException">The name cannot be that of a folder everywhere.</exception>
    public string UndoPath(string name)
    {
        if (!char.IsAsciiLetterOrDigit(name.FirstOrDefault()) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
        {
            throw new InvalidOptionException(
                $"The name of an undo consists of letters, digits, '.', '-' and '_' and begins with a letter or a digit; found '{name}'.");
        }

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
    /// <exception cref="RunException">A line is no measurement; the message states which.</exception>
    internal MetricsLog LoadMetrics() => File.Exists(MetricsPath) ? RunFiles.ReadMetrics(MetricsPath) : new MetricsLog([], null);

    /// <summary>Reads <c>pulse.json</c>.</summary>
    /// <returns>The pulse; null where there is none, as of runs of earlier versions, or where it cannot be read at this moment.</returns>
    internal RunPulse? LoadPulse() => RunFiles.ReadPulse(PulsePath);

    /// <summary>What was measured so far.</summary>
    /// <returns>The lines of <c>metrics.jsonl</c>; none where there is no file.</returns>
    /// <exception cref="RunException">A line is no measurement; the message states which.</exception>
    public IReadOnlyList<Measurement> LoadMeasurements() => LoadMetrics().Measurements;

    /// <summary>Appends to <c>metrics.jsonl</c>.</summary>
    /// <param name="measurements">The measurements, all finite.</param>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    /// <exception cref="RunException">The file ends in a torn line, or cannot be written.</exception>
    internal void AppendMeasurements(IEnumerable<Measurement> measurements)
    {
        IReadOnlyList<string> lines = RunFiles.MetricsLines(measurements);
        if (!RunFiles.EndsLine(MetricsPath, MetricsLength))
            throw new RunException($"{MetricsPath} ends in a line whose writing was cut off. Go on with --resume, which removes it.");

        // Synced, because a checkpoint that is written next says how long the file is.
        AtomicFile.AppendLines(MetricsPath, lines, sync: true);
    }

    /// <summary>The pre-training that this is, or that it belongs to where it is an undo or a control.</summary>
    /// <exception cref="RunException">It belongs to none.</exception>
    internal RunDirectory Pretraining() => FindPretraining() ?? throw new RunException(
        $"{Path} holds an undo, and no directory above it holds the pre-training that it belongs to. "
        + "Leave an undo where it was made, in RUN/umm/NAME.");

    /// <summary>The same; null where it belongs to none.</summary>
    internal RunDirectory? FindPretraining()
    {
        for (string? path = System.IO.Path.GetFullPath(Path); path is not null; path = System.IO.Path.GetDirectoryName(path))
        {
            if (HoldsRun(path) && Open(path) is var found && found.LoadManifest().Kind == RunKind.Pretrain)
                return found;
        }

        return null;
    }

    /// <summary>Removes the directory of a run that never began: one that holds no manifest.</summary>
    internal void Abandon()
    {
        if (!HoldsRun(Path))
            Directory.Delete(Path, recursive: true);
    }

    /// <summary>Cuts <c>metrics.jsonl</c> back to what it was at a checkpoint, so that a resumed run repeats the rest.</summary>
    /// <param name="bytes">The <see cref="MetricsLength"/> of then.</param>
    /// <exception cref="RunException">The file is shorter than that, or no line ends there: the file has changed since.</exception>
    internal void TruncateMetrics(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        long length = MetricsLength;
        if (length < bytes || !RunFiles.EndsLine(MetricsPath, bytes))
        {
            throw new RunException(
                $"{MetricsPath} does not match the checkpoint, which expects a line to end at byte {bytes}; the file has {length} bytes. "
                + "It was altered or lost its end: restore it, or start a new run.");
        }

        if (length > bytes)
            AtomicFile.Truncate(MetricsPath, bytes);
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
