using Lethe.Diagnostics;
using Lethe.Results;
using Lethe.Runs;

namespace Lethe.Watching;

/// <summary>What is said of a run at a moment, in words.</summary>
internal static class RunWords
{
    /// <summary>One word for each <see cref="RunLife"/>.</summary>
    public static string Word(RunLife life) => life switch
    {
        RunLife.Stale => "stale",
        RunLife.Unreadable => "unreadable",
        _ => life.ToString().ToLowerInvariant(),
    };

    /// <summary>How far it is and what is to be done, in a sentence.</summary>
    public static string Sentence(WatchedRun run, DateTimeOffset now)
    {
        if (run.Now(now) is not { } part)
            return run.Trouble ?? "It is being read.";
        string path = run.Path, heard = Ago(now - part.HeardUtc);
        return run.Life(now) switch
        {
            RunLife.Running => Stage(part),
            RunLife.Stale =>
                $"Stale: {part.Name} says that it is at work, and the last sign of it is from {heard}. It was cut off, or its machine "
                + $"sleeps. {Resume(run, part)} continues it.",
            RunLife.Interrupted => $"Interrupted {heard}. {Resume(run, part)} continues it.",
            RunLife.Failed => $"Failed {heard}: {Failure(run) ?? "no reason was recorded"}",
            _ => $"Done {heard}. 'lethe report {path}' makes a page of it to keep.",
        };
    }

    /// <summary>What a part is doing.</summary>
    public static string Stage(WatchedPart part)
    {
        string stage = part.Pulse?.Stage is { Length: > 0 } said ? said : part.Name;
        return part.Name == "pre-training" || part.Name.Contains(stage, StringComparison.Ordinal) ? stage : $"{part.Name}: {stage}";
    }

    /// <summary>How long ago something was, in whole minutes: a page that counts seconds would never rest.</summary>
    public static string Ago(TimeSpan time) => time.TotalMinutes < 1 ? "less than a minute ago"
        : time.TotalHours < 1 ? $"{(int)time.TotalMinutes} min ago"
        : time.TotalDays < 2 ? $"{(int)time.TotalHours} h {time.Minutes} min ago"
        : $"{(int)time.TotalDays} days ago";

    /// <summary>Epochs measured, of those that there will be.</summary>
    public static string Epochs(WatchedRun run)
    {
        int done = run.Run!.Measurements.Select(m => m.Epoch).DefaultIfEmpty(0).Max();
        return $"{done}/{run.Run.Manifest.Pretraining.Training.EpochCount()}";
    }

    /// <summary>What takes longest is still to come: the time left of the stage that is at work; null where that is not known.</summary>
    public static string? Left(WatchedPart? part, DateTimeOffset now) =>
        part is { Pulse: { SecondsLeft: { } seconds } pulse } && part.IsAtWork(now)
            ? Wording.Duration(Math.Max(0, seconds - (now - pulse.AtUtc).TotalSeconds))
            : null;

    /// <summary>A measure in words.</summary>
    /// <param name="measure">Its layer and name, as LAYER/NAME.</param>
    public static string Titled(string measure) =>
        measure.Split('/', 2) is [var layer, var name] ? (layer == Measure.Run ? "" : $"{layer}: ") + Wording.Probe(name) : measure;

    /// <summary>A value of a measure; accuracies in %.</summary>
    public static string Value(string measure, Measurement? found) =>
        found is null ? GridCell.Nothing : Value(measure, SeedMean.Of([found.Value]));

    /// <summary>A mean of a measure with its deviation; accuracies in %.</summary>
    public static string Value(string measure, SeedMean value) =>
        Wording.IsAccuracy(measure) ? Wording.Plain(value.Times(100), 1) : Wording.Plain(value, Math.Abs(value.Mean) >= 100 ? 1 : 3);

    private static string? Failure(WatchedRun run) =>
        run.Parts.Select(part => part.Manifest.Failure).FirstOrDefault(failure => failure is not null);

    private static string Resume(WatchedRun run, WatchedPart part) => part.Manifest.Kind == RunKind.Pretrain
        ? $"'lethe pretrain --resume --out {run.Path}'"
        : $"'lethe undo {run.Path} --resume'";
}
