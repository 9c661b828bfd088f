using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>How memorisation of single images is scored.</summary>
internal sealed record ScoringOptions : OptionRecord
{
    /// <summary>Augmented views of each image whose distances are compared; all pairs of them are.</summary>
    [Limit(AtLeast = 2, Unit = "views")]
    public int ScoreViews { get; init; } = 10;

    /// <summary>
    /// Score so many of the images that only this run was trained on, and as many that neither was; fewer where there are fewer.
    /// </summary>
    [Limit(AtLeast = 1, Unit = "image")]
    public int ScoreImages { get; init; } = 500;
}
