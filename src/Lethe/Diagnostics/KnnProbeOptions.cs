using Lethe.Runtime;

namespace Lethe.Diagnostics;

/// <summary>Constants of the weighted k nearest neighbours.</summary>
[OptionsOf("nearest neighbours")]
internal sealed record KnnProbeOptions : OptionRecord
{
    /// <summary>k, how many neighbours vote; 200 is usual on large banks. A smaller bank votes as a whole.</summary>
    [Limit(AtLeast = 1)]
    public int Neighbours { get; init; } = 20;

    /// <summary>τ: a neighbour votes with exp(cos/τ).</summary>
    [Limit(AtLeast = 0.001)]
    public double Temperature { get; init; } = 0.07;
}
