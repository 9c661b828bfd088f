using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>Says, without labels, whether embeddings have collapsed.</summary>
/// <remarks>
/// Two signs. <b>Complete</b>: all images have nearly one embedding. √k times the standard deviation of normalised embeddings
/// (<see cref="EffectiveRank.NormalisedDeviation"/>, Chen and He 2021, 2011.10566) lies below <see cref="LeastSpread"/>.
/// <b>Dimensional</b>: embeddings differ, but along a few directions only. RankMe of the centred embeddings
/// (<see cref="EffectiveRank.RankMe"/>, Garrido 2023, 2210.02885) lies below <see cref="LeastRankShare"/> of the
/// smaller side of the matrix, or below two. The two limits are this library's.
/// </remarks>
internal static class CollapseMonitor
{
    /// <summary>√k · deviation below which all embeddings count as one; 1 is spread evenly over the sphere.</summary>
    public const double LeastSpread = 0.1;

    /// <summary>Effective rank over the largest possible below which the embedding counts as a few directions.</summary>
    public const double LeastRankShare = 0.03;

    /// <summary>Judges embeddings.</summary>
    /// <param name="embeddings">Shape [n, k], of many images, n at least 2.</param>
    /// <returns>The two numbers and what they mean.</returns>
    /// <exception cref="ArgumentException">The shape or type cannot be used.</exception>
    /// <exception cref="DataException">The embeddings hold NaN or infinity; the message names the row.</exception>
    public static CollapseReading Judge(Tensor embeddings)
    {
        FeatureCheck.Matrix(embeddings, nameof(embeddings));
        using IDisposable noGradient = no_grad();
        using var scope = NewDisposeScope();
        long rows = embeddings.shape[0], dimension = embeddings.shape[1];
        double spread = Math.Sqrt(dimension) * EffectiveRank.NormalisedDeviation(embeddings);

        // An offset that all images share is one direction that would hide the rest.
        Tensor tame = Magnitude.IsTame(Magnitude.Largest(embeddings), embeddings.dtype) ? embeddings : Magnitude.Tamed(embeddings).Features;
        double rank = EffectiveRank.RankMe(tame - tame.mean([0], keepdim: true));
        double least = Math.Max(2, LeastRankShare * Math.Min(rows - 1, dimension));
        CollapseKind kind = spread < LeastSpread ? CollapseKind.Complete
            : rank < least && Math.Min(rows - 1, dimension) > 2 ? CollapseKind.Dimensional
            : CollapseKind.None;
        return new CollapseReading(kind, spread, rank);
    }
}
