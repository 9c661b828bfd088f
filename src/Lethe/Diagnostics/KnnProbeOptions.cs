using Lethe.Runtime;

namespace Lethe.Diagnostics;

/// <summary>Constants of the weighted k nearest neighbours.</summary>
public sealed record KnnProbeOptions
{
    /// <summary>k, how many neighbours vote; 200 is usual on large banks. A smaller bank votes as a whole.</summary>
    public int Neighbours { get; init; } = 20;

    /// <summary>τ: a neighbour votes with exp(cos/τ).</summary>
    public double Temperature { get; init; } = 0.07;

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        if (Neighbours < 1)
            throw new InvalidOptionException($"The number of neighbours must be at least 1, found {Neighbours}.");
        if (!double.IsFinite(Temperature) || Temperature <= 0)
            throw new InvalidOptionException(Invariant($"The temperature of the neighbours' votes must be positive, found {Temperature}."));
    }
}
