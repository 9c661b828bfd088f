using System.Text.Json.Nodes;
using Lethe.Diagnostics;
using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Results;

/// <summary>All that a report shows: groups of runs with equal options but the seed, at least one.</summary>
internal sealed record ReportModel(IReadOnlyList<ReportGroup> Groups)
{
    private const string Images = "images";

    /// <summary>Whether the page has the map of images.</summary>
    public bool ShowsMap { get; init; } = true;

    private static readonly string method = RunFiles.Name(nameof(RunOptions.Method));
    private static readonly string methodOptions = RunFiles.Name(nameof(RunOptions.MethodOptions)) + ".";

    /// <summary>Reads run directories; one named twice is read once.</summary>
    /// <param name="runDirectories">The directories.</param>
    /// <param name="images">Whether to read what is known of single images, which is much.</param>
    /// <exception cref="InvalidOptionException">No directory was given.</exception>
    /// <exception cref="RunException">A directory is no run, or a file of it is damaged or of another version.</exception>
    public static ReportModel Load(IReadOnlyList<string> runDirectories, bool images = false)
    {
        if (runDirectories.Count == 0)
            throw new InvalidOptionException(
                "A report needs at least one run: give the directory that 'lethe pretrain' or 'lethe run' made.");
        IEnumerable<string> once = runDirectories.DistinctBy(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        return Of([.. once.Select(directory => Read(RunDirectory.Open(directory), images))]) with { ShowsMap = images };
    }

    /// <summary>Groups runs by their options; groups stand in the order of their first run.</summary>
    public static ReportModel Of(IReadOnlyList<ReportRun> runs)
    {
        var groups = runs.Select(run => (Run: run, Options: Question(run.Manifest)))
            .GroupBy(one => string.Join('\n', one.Options)).ToArray();
        SortedDictionary<string, string>[] all = [.. groups.Select(group => group.First().Options)];
        return new ReportModel(
        [
            .. groups.Select((group, i) => new ReportGroup(
                all.Length == 1 ? "" : $"{(char)('A' + (i % 26))} · {Difference(all[i], all)}", [.. group.Select(one => one.Run)])),
        ]);
    }

    /// <summary>Options as one list of dotted names and values.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> Flatten(JsonNode? node, string prefix = "")
    {
        if (node is not JsonObject section) return [KeyValuePair.Create(prefix, Text(node))];
        return section.SelectMany(field => Flatten(field.Value, prefix.Length == 0 ? field.Key : $"{prefix}.{field.Key}"));
    }

    /// <summary>Options by their dotted names, but for where the images lie: runs that ask the same question differ in that.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> Asked(RunOptions options) =>
        Flatten(RunFiles.ToJson(options with { Data = options.Data with { DataRoot = null, Cache = null } }));

    private static string Text(JsonNode? node) => node switch
    {
        null => "none",
        JsonArray list => string.Join(", ", list.Select(Text)),
        _ => node.ToString(),
    };

    private static SortedDictionary<string, string> Question(RunManifest manifest)
    {
        var options = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [method] = manifest.Method,
            [Images] = $"{manifest.Data.TrainCount} {manifest.Data.Source}",
        };
        foreach ((string name, string value) in Asked(manifest.Pretraining with { Seed = 0 })) options.TryAdd(name, value);
        return options;
    }

    private static string Difference(SortedDictionary<string, string> options, IReadOnlyList<SortedDictionary<string, string>> all)
    {
        string[] names = [.. options.Keys.Where(name => all.Any(other => other.GetValueOrDefault(name) != options[name]))];

        // The name of a method says enough: its own options differ because it does.
        if (names.Contains(method))
            names = [method, .. names.Where(name => name != method && !name.StartsWith(methodOptions, StringComparison.Ordinal))];
        return string.Join(", ", names.Take(3).Select(name => name == method || name == Images ? options[name] : $"{name} {options[name]}"))
            + (names.Length > 3 ? ", …" : "");
    }

    /// <summary>Reads one run.</summary>
    /// <exception cref="RunException">A file of it is damaged or of another version.</exception>
    public static ReportRun Read(RunDirectory directory, bool images = false)
    {
        RunManifest manifest = directory.LoadManifest();
        // Of a run that was trained in part the page says it by itself.
        IEnumerable<string> untrained = Unfinished.IsUntrained(directory) ? Unfinished.Sentences(directory) : [];
        List<string> warnings =
            [.. untrained, .. manifest.Doubts, .. manifest.Warnings.Select(warning => $"Epoch {warning.Epoch}: {warning.Text}")];
        IReadOnlyList<Measurement> measurements = Measurements(directory);
        return new ReportRun(directory.Path, manifest)
        {
            Measurements = measurements,
            Evaluations = directory.LoadEvaluation(),
            Undos = [.. directory.Undos.Select(ReadUndo)],
            ViewsPicture = Picture(directory.ViewsPicture),
            NeighboursPicture = Picture(directory.NeighboursPicture),
            Map = images ? directory.LoadMap() : null,
            Scores = images ? directory.LoadScores() : null,
            Warnings = warnings,
        };

        ReportUndo ReadUndo(RunDirectory undo) => new(Path.GetFileName(undo.Path), undo.LoadManifest())
        {
            Measurements = Measurements(undo),
            ControlMeasurements = undo.Control is { } control ? Measurements(control) : [],
            Scores = images ? undo.LoadScores() : null,
            Evaluations = [.. undo.LoadEvaluation(), .. undo.Control?.LoadEvaluation() ?? []],
        };

        IReadOnlyList<Measurement> Measurements(RunDirectory part)
        {
            MetricsLog log = part.LoadMetrics();
            if (log.TornLine is not null)
                warnings.Add($"The last line of {part.MetricsPath} was cut off while being written, and is ignored.");
            return log.Measurements;
        }
    }

    private static byte[]? Picture(string path) => File.Exists(path) ? File.ReadAllBytes(path) : null;
}
