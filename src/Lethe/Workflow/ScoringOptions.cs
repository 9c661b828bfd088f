using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>How memorisation of single images is scored.</summary>
internal sealed record ScoringOptions : OptionRecord
{
    /// <summary>Augmented views per image; distances are compared over all pairs.</summary>
    [Limit(AtLeast = 2, Unit = "views")]
    public int ScoreViews { get; init; } = 10;

    /// <summary>
    /// Score N images that only this run was trained on, and N that neither was; fewer if there are fewer.
    /// </summary>
    [Limit(AtLeast = 1, Unit = "image")]
    public int ScoreImages { get; init; } = 500;
}
