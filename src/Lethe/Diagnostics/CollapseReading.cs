namespace Lethe.Diagnostics;

/// <summary>What <see cref="CollapseMonitor"/> saw.</summary>
/// <param name="Kind">Whether and how the embeddings have collapsed.</param>
/// <param name="Spread">√k times the standard deviation of normalised embeddings: 0 in one point, 1 evenly over the sphere.</param>
/// <param name="Rank">Effective rank of the centred embeddings, from about 1.</param>
internal sealed record CollapseReading(CollapseKind Kind, double Spread, double Rank)
{
    /// <summary>What happened, in a sentence without advice.</summary>
    public string Words => Kind switch
    {
        CollapseKind.Complete =>
            Invariant($"The embeddings have collapsed: all images have nearly the same one (spread {Spread:F3} of 1)."),
        CollapseKind.Dimensional => Invariant($"The embeddings have collapsed to a few directions (effective rank {Rank:F1})."),
        _ => Invariant($"The embeddings have not collapsed (spread {Spread:F2} of 1, effective rank {Rank:F1})."),
    };
}
