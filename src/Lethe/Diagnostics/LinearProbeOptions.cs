using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>How the regularisation of a linear probe is chosen.</summary>
public sealed record LinearProbeOptions
{
    /// <summary>The smallest strength tried: the ridge penalty divided by the rows, in units of the features' unit variance.</summary>
    public double SmallestStrength { get; init; } = 1e-6;

    /// <summary>The largest strength tried.</summary>
    public double LargestStrength { get; init; } = 1e3;

    /// <summary>How many strengths are tried, evenly spaced in their logarithm; at least 1.</summary>
    public int Strengths { get; init; } = 20;

    /// <summary>The part of the training rows on which the strengths are compared, in (0, 1).</summary>
    public double ValidationFraction { get; init; } = 0.2;

    /// <summary>Decides which rows those are.</summary>
    public ulong Seed { get; init; }

    /// <summary>Divides rows at random.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="leastFitted">How many are left to fit on, at least.</param>
    /// <param name="device">Where the indices go.</param>
    /// <returns>Indices of the rows to fit on, and of those that strengths are compared on.</returns>
    internal (Tensor Fitted, Tensor Validation) Divide(int rows, int leastFitted, Device device)
    {
        int held = Math.Clamp((int)Math.Round(rows * ValidationFraction), 1, rows - leastFitted);
        long[] order = [.. new RandomStream(Seed).Permutation(rows).Select(i => (long)i)];
        return (tensor(order[held..], device: device), tensor(order[..held], device: device));
    }

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        if (!(SmallestStrength > 0) || !(LargestStrength >= SmallestStrength) || !double.IsFinite(LargestStrength))
            throw new InvalidOptionException(
                Invariant($"The strengths of the linear probe must be positive and in order, found {SmallestStrength} to {LargestStrength}."));
        if (Strengths < 1)
            throw new InvalidOptionException($"The linear probe needs at least one strength to try, found {Strengths}.");
        if (!(ValidationFraction > 0 && ValidationFraction < 1))
            throw new InvalidOptionException(
                Invariant($"The validation fraction of the linear probe must lie between 0 and 1, found {ValidationFraction}."));
    }
}
