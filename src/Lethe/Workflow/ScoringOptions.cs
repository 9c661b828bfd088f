using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>How memorisation of single images is scored.</summary>
internal sealed record ScoringOptions
{
    /// <summary>Augmented views of each image whose distances are compared, at least 2; all pairs of them are.</summary>
    public int ScoreViews { get; init; } = 10;

    /// <summary>Score so many of the images that only this run was trained on, and as many that neither was; fewer where there are fewer.</summary>
    public int ScoreImages { get; init; } = 500;

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        if (ScoreViews < 2)
            throw new InvalidOptionException($"--score-views must be at least 2, found {ScoreViews}.");
        if (ScoreImages < 1)
            throw new InvalidOptionException($"--score-images must be at least 1, found {ScoreImages}.");
    }
}
