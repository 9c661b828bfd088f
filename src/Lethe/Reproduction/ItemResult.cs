using Lethe.Runs;

namespace Lethe.Reproduction;

/// <summary>An item with all that the page says of it.</summary>
/// <param name="Item">The item.</param>
/// <param name="Reading">What its runs say.</param>
/// <param name="Runs">The runs that it needs, with their manifests where they are done.</param>
/// <param name="Deviations">In what they depart from the paper's setting.</param>
internal sealed record ItemResult(
    Item Item, ItemReading Reading, IReadOnlyList<(PlannedRun Run, RunManifest? Manifest)> Runs, IReadOnlyList<Deviation> Deviations)
{
    // A preset that takes few images and steps to see that all runs must not be taken for an answer.
    private const string TooSmall = "this preset is too small for a verdict; by the rule alone: ";

    /// <summary>Whether the preset is large enough for verdicts.</summary>
    public required bool IsConclusive { get; init; }

    /// <summary>What became of the claim.</summary>
    public Outcome Outcome =>
        Judgement.Overall(Reading.Cases) is var found && (IsConclusive || found == Outcome.NotRun) ? found : Outcome.Underpowered;

    /// <summary>The same in words, with the cases of each kind.</summary>
    public string Words => Judgement.Words(Reading.Cases) is var words && Outcome == Judgement.Overall(Reading.Cases)
        ? words
        : $"{Judgement.Name(Outcome)} ({TooSmall}{words})";

    /// <summary>Seconds that were spent on its runs, which other items may share.</summary>
    public double Seconds { get; init; }

    /// <summary>Why runs are missing, in sentences.</summary>
    public IReadOnlyList<string> Failures { get; init; } = [];
}
