using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>How the regularisation of a linear probe is chosen.</summary>
[OptionsOf("linear probe")]
internal sealed record LinearProbeOptions : OptionRecord, IConflicting
{
    /// <summary>The smallest strength tried: the ridge penalty divided by the rows, in units of the features' unit variance.</summary>
    [Limit(Above = 0)]
    public double SmallestStrength { get; init; } = 1e-6;

    /// <summary>The largest strength tried.</summary>
    [Limit(Above = 0)]
    public double LargestStrength { get; init; } = 1e3;

    /// <summary>How many strengths are tried, evenly spaced in their logarithm.</summary>
    [Limit(AtLeast = 1)]
    public int Strengths { get; init; } = 20;

    /// <summary>The part of the training rows on which the strengths are compared.</summary>
    [Limit(Above = 0, Below = 1)]
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

    IEnumerable<string> IConflicting.Conflicts()
    {
        if (SmallestStrength > LargestStrength)
        {
            yield return Invariant(
                $"linear probe: smallest-strength must be at most largest-strength ({LargestStrength}), found {SmallestStrength}.");
        }
    }
}
