using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>Options that protocols share: states of the encoder, numbers of images, another data set.</summary>
public sealed record ProtocolRunOptions : OptionRecord, IConflicting
{
    private const string AllStages = "all";

    /// <summary>
    /// A quick trial, not for conclusions: at most 500 images to fit and to measure with, and fewer draws, steps and epochs.
    /// </summary>
    public bool Quick { get; init; }

    /// <summary>Decides draws, divisions and initial weights. Use the same seed for all runs and states that you compare.</summary>
    public ulong Seed { get; init; }

    /// <summary>States of the encoder, separated by commas: untrained, before, control, umm; or all.</summary>
    public string Stages { get; init; } = AllStages;

    /// <summary>Also measure the checkpoints that pretrain --keep-checkpoints kept, to see results over epochs.</summary>
    public bool EveryCheckpoint { get; init; }

    /// <summary>Labelled images at most that linear, kNN and clustering are fitted on, and those of a target's training part.</summary>
    [Limit(AtLeast = 1, Unit = "image", Zero = "for all")]
    public int FitImages { get; init; }

    /// <summary>Test images at most that are measured on.</summary>
    [Limit(AtLeast = 1, Unit = "image", Zero = "for all")]
    public int MeasureImages { get; init; }

    /// <summary>
    /// Another data set with labels, for protocols that need one: a name, or a path whose kind is recognised, as --data takes.
    /// </summary>
    public string? Target { get; init; }

    /// <summary>Folder that holds the files of a named target.</summary>
    public string? TargetRoot { get; init; }

    /// <summary>Megabytes of features to cache in RUN/features.</summary>
    [Limit(AtLeast = 1, Zero = "to keep none")]
    public int FeatureMegabytes { get; init; } = 1024;

    /// <summary>The values of <c>--quick</c>.</summary>
    /// <returns>A copy.</returns>
    public ProtocolRunOptions ForQuick() => this with { Quick = true, FitImages = 500, MeasureImages = 500 };

    /// <summary>The states as values.</summary>
    /// <returns>At least one.</returns>
    /// <exception cref="InvalidOptionException">A name is unknown.</exception>
    internal IReadOnlyList<EvaluationStage> ChosenStages()
    {
        if (Stages == AllStages)
            return Enum.GetValues<EvaluationStage>();
        string[] names = Stages.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        EvaluationStage[] chosen = [.. Enum.GetValues<EvaluationStage>().Where(stage => names.Contains(NameOf(stage)))];
        string[] known = [AllStages, .. Enum.GetValues<EvaluationStage>().Select(NameOf)];
        return chosen.Length > 0 && chosen.Length == names.Distinct().Count()
            ? chosen
            : throw new InvalidOptionException(
                $"--stages '{Stages}' is unknown.{Suggestion.Sentence(names.Except(known).FirstOrDefault(""), known)} "
                + $"Use all, or {string.Join(", ", known[1..])} with commas between.");
    }

    private static string NameOf(EvaluationStage stage) => stage.ToString().ToLowerInvariant();

    IEnumerable<string> IConflicting.Conflicts()
    {
        _ = ChosenStages();
        return [];
    }
}
