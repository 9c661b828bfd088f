using System.Globalization;
using System.Text;
using Lethe.Data;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Training;

namespace Lethe.Workflow;

/// <summary>What a run has understood and is about to do, said before it works, with what was chosen and why.</summary>
internal sealed record StartUp
{
    /// <summary>Columns that every terminal has.</summary>
    public const int Columns = 80;

    private const int NameColumns = 10;
    private const int NamedClasses = 5;

    /// <summary>What is being done, by name.</summary>
    public required IReadOnlyList<(string Name, string Text)> Facts { get; set; }

    /// <summary>What was chosen where an option was left open.</summary>
    public IReadOnlyList<Choice> Choices { get; init; } = [];

    /// <summary>What is amiss, with what to do.</summary>
    public IReadOnlyList<string> Advice { get; init; } = [];

    /// <summary>How fast it turned out to be; null until that is known.</summary>
    public string? Speed { get; set; }

    /// <summary>Of a pre-training.</summary>
    /// <param name="run">Where it is written.</param>
    /// <param name="options">Its options, with nothing left open.</param>
    /// <param name="data">Its images.</param>
    /// <param name="versions">Where it computes.</param>
    /// <param name="network">The network in words.</param>
    public static StartUp Of(string run, RunOptions options, DataSplits data, RunVersions versions, string network) => new()
    {
        Facts =
        [
            ("images", Images(data)),
            ("classes", Classes(data.Train.ClassNames, MethodRegistry.Find(options.Method).TakesLabels)),
            ("parts", Parts(data)),
            .. data.Notices.Select(notice => ("noticed", notice)),
            ("views", $"{data.ImageSize}×{data.ImageSize} pixels, {Channels(data.Train.Channels)}"),
            ("network", network),
            ("method", $"{MethodRegistry.Find(options.Method).Title} (--method {options.Method})"),
            .. Training(options.Training, data.Train.Count),
            ("machine", Machine(versions, options.Seed)),
            ("written to", run),
        ],
    };

    /// <summary>Of an undo and its control.</summary>
    /// <param name="undo">Where it is written.</param>
    /// <param name="manifest">The run's.</param>
    /// <param name="options">The undo's.</param>
    /// <param name="choice">What was chosen where they leave it open; null for nothing.</param>
    /// <param name="versions">Where it computes.</param>
    /// <param name="seed">The undo's seed.</param>
    /// <param name="expectation">What may be expected of it; null for nothing that was measured.</param>
    public static StartUp OfUndo(
        string undo, RunManifest manifest, Umm.UmmOptions options, Choice? choice, RunVersions versions, ulong seed,
        string? expectation) => new()
    {
        Advice = expectation is null ? [] : [expectation],
        Facts =
        [
            ("undo", $"{manifest.Method}, {Network(manifest.Pretraining)}; {Counted(manifest.Data.TrainCount)} training images"),
            (
                "remedy",
                options.Remedy switch
                {
                    Umm.UmmOptions.Whiten => "ZCA-whitening of the last layer's features, by those of the training images",
                    Umm.UmmOptions.Rewind =>
                        $"layers after {options.Split} and heads as they were at epoch {choice?.Value}: {choice?.Reason}",
                    Umm.UmmOptions.Average =>
                        $"layers after {options.Split} and heads averaged from epoch {choice?.Value} on: {choice?.Reason}",
                    _ => $"{(options.Remedy == Umm.UmmOptions.Continue ? "plain training with as much compute as UMM" : "UMM")}, "
                        + $"{options.Iterations} iterations of {options.BatchSize} images, {options.Split} and what is before it frozen"
                        + (options.Control ? "; then as many plain steps, the control" : ""),
                }),
            ("machine", Machine(versions, seed)),
            ("written to", undo),
        ],
    };

    /// <summary>Of an evaluation.</summary>
    /// <param name="run">The run.</param>
    /// <param name="session">Its session.</param>
    /// <param name="what">What is measured.</param>
    public static StartUp OfEvaluation(RunDirectory run, Session session, string what)
    {
        RunManifest manifest = run.LoadManifest();
        return new()
        {
            Facts =
            [
                ("evaluate", $"{run.Path}: {manifest.Method}, {Network(manifest.Pretraining)}; {what}"),
                ("parts", Parts(session.Data)),
                ("machine", Machine(session.Machine.Describe(), session.Options.Seed)),
            ],
        };
    }

    /// <summary>Of a verb that trains nothing.</summary>
    /// <param name="verb">What it does, in a word.</param>
    /// <param name="what">With what.</param>
    /// <param name="takes">How long it takes.</param>
    /// <param name="versions">Where it computes; null where it computes nothing.</param>
    public static StartUp OfVerb(string verb, string what, string takes, RunVersions? versions = null) => new()
    {
        Facts = [(verb, what), .. versions is null ? [] : new[] { ("machine", Place(versions)) }, ("takes", takes)],
    };

    /// <summary>How long a verb takes that reads what is known of runs.</summary>
    public const string Reads = "seconds: it reads files and computes nothing";

    /// <summary>How long a verb takes whose time depends on how fast images go through.</summary>
    public const string Shown = "an estimate follows after the first images";

    /// <summary>Depth and width.</summary>
    public static string Network(RunOptions options) => $"{options.Backbone.Backbone} of width {options.Backbone.FirstChannels()}";

    /// <summary>A span of time as people say it.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 90 => Invariant($"{Math.Ceiling(seconds):0} seconds"),
        < 90 * 60 => Invariant($"{seconds / 60:0} minutes"),
        < 36 * 3600 => Invariant($"{seconds / 3600:0.#} hours"),
        _ => Invariant($"{seconds / 86400:0.#} days"),
    };

    /// <summary>How fast training goes, and how long the rest takes.</summary>
    /// <param name="imagesPerSecond">Images through training in a second.</param>
    /// <param name="seconds">What is left, evaluations included.</param>
    /// <param name="evaluations">Evaluations that are left.</param>
    /// <param name="secondsOfThem">What they take together; 0 where that is not known.</param>
    public static string Rate(double imagesPerSecond, double seconds, int evaluations, double secondsOfThem) =>
        $"{Pace.Words(imagesPerSecond)}, so {Duration(seconds)} from here" + (evaluations == 0 ? "" : secondsOfThem > 0
            ? $", {Duration(secondsOfThem)} of them for {evaluations} evaluation{(evaluations == 1 ? "" : "s")}"
            : " and what the evaluations take");

    /// <summary>The block as something to tell people.</summary>
    public WorkflowProgress Notice() => new("", 0, 0, "", ToText());

    /// <summary>The block, in lines of at most <see cref="Columns"/> where words allow it.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach ((string name, string line) in Facts)
            Append(text, name, line);
        foreach (Choice choice in Choices)
            Append(text, ReferenceEquals(choice, Choices[0]) ? "chosen" : "", $"{choice.Option} {choice.Value}: {choice.Reason}");
        foreach (string sentence in Advice)
            Append(text, "warning", sentence);
        return text.ToString().TrimEnd('\n');
    }

    /// <summary>The line that is said once the speed is known.</summary>
    public string SpeedText()
    {
        var text = new StringBuilder();
        Append(text, "speed", Speed ?? "");
        return text.ToString().TrimEnd('\n');
    }

    private static string Images(DataSplits data)
    {
        int used = data.Train.Count + data.Probe.Count + data.Test.Count;
        KeyValuePair<string, int>[] found =
            [.. new[] { data.Train, data.Probe, data.Test }.SelectMany(part => part.Paths ?? []).CountBy(Kind)];
        string kinds = found.Length == 0 ? data.Kind : string.Join(", ", found.OrderByDescending(kind => kind.Value)
            .ThenBy(kind => kind.Key, StringComparer.Ordinal).Select(kind => $"{Counted(kind.Value)} {kind.Key}"));
        string sizes = data.Sizes switch
        {
            null => "",
            { IsOneSquare: true } one => $", {one.MinHeight}×{one.MinWidth} pixels",
            var all => $", {Range(all.MinHeight, all.MaxHeight)} pixels high and {Range(all.MinWidth, all.MaxWidth)} wide",
        };
        int skipped = data.SkippedFiles.Count, left = Math.Max(0, data.Found - used - skipped);
        return Counted(used) + (left > 0 ? $" of the {Counted(data.Found)}" : "") + $" in {data.Source} ({kinds}){sizes}"
            + (left > 0 ? $"; {Counted(left)} are left out by --limit, --probe-images and --test-images" : "")
            + (skipped > 0 ? $"; {Counted(skipped)} could not be read, as run.json says" : "");
    }

    private static string Channels(int channels) => channels switch
    {
        1 => "grey",
        3 => "colour",
        _ => $"{channels} channels",
    };

    private static string Range(int least, int most) => least == most ? $"{least}" : $"{least} to {most}";

    // Images of a stack are called FILE.npy#12.
    private static string Kind(string path) => Path.GetExtension(path.Split('#')[0]).TrimStart('.').ToUpperInvariant() switch
    {
        "JPG" or "JPE" or "JFIF" => "JPEG",
        "TIF" => "TIFF",
        var name => name,
    };

    private static string Classes(IReadOnlyList<string>? names, bool learnt) => names is not { Count: > 0 }
        ? "none, so no accuracy is measured; training does not need them"
        : $"{names.Count} ({string.Join(", ", names.Take(NamedClasses))}{(names.Count > NamedClasses ? ", …" : "")}); "
            + (learnt ? "the method learns them" : "used to measure, never to train");

    private static string Parts(DataSplits data) => $"{Counted(data.Train.Count)} to train on, "
        + (data.Probe.Count > 0 ? $"{Counted(data.Probe.Count)} to fit probes with, " : "") + $"{Counted(data.Test.Count)} to test on";

    private static IEnumerable<(string Name, string Text)> Training(TrainingOptions training, int images)
    {
        int epochs = training.EpochCount();
        if (epochs == 0)
        {
            yield return ("training", "none: the weights are measured as they are");
            yield break;
        }

        int steps = ChosenOptions.Steps(images, training.BatchSize, training.Accumulate), interval = training.EvaluationInterval();
        string batches = training.Accumulate > 1 ? $"{training.Accumulate} times " : "";
        string heads = training.HeadsAlone ? "heads alone, " : "";
        yield return (
            "training", heads + Invariant($"{training.Optimiser} at {training.PeakLearningRate()}; ")
                + $"{Counted(epochs)} epoch{(epochs == 1 ? "" : "s")} of {Counted(steps)} step{(steps == 1 ? "" : "s")} of {batches}"
                + $"{training.BatchSize} images: {Counted((long)steps * epochs)} steps");
        yield return ("measured", $"before the first epoch, and after every {(interval == 1 ? "epoch" : $"{interval} epochs")}");
    }

    private static string Machine(RunVersions versions, ulong seed) =>
        $"{Place(versions)}, kernels: {versions.Kernels}{(versions.Precision is { } precision ? $", products in {precision}" : "")}; seed "
            + $"{seed}. The same seed gives the same numbers only with these {(versions.Ranks is null ? "" : "ranks, ")}threads and "
            + "kernels";

    private static string Place(RunVersions versions) =>
        $"{versions.Device}, {(versions.Ranks is { } ranks ? $"{ranks} ranks of " : "")}{versions.Threads} "
            + $"thread{(versions.Threads == 1 ? "" : "s")}";

    private static string Counted(long count) => count.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ');

    private static void Append(StringBuilder text, string name, string line)
    {
        text.Append(name.PadRight(NameColumns)).Append(' ');
        int column = NameColumns + 1;
        bool first = true;
        foreach (string word in line.Split(' '))
        {
            if (!first && column + 1 + word.Length > Columns)
            {
                text.Append('\n').Append(' ', NameColumns + 1);
                column = NameColumns + 1;
                first = true;
            }

            text.Append(first ? "" : " ").Append(word);
            column += word.Length + (first ? 0 : 1);
            first = false;
        }

        text.Append('\n');
    }
}
