using Lethe.Models;
using Lethe.Runtime;

namespace Lethe.Runs;

/// <summary>UMM in between epochs of pre-training: not in the paper, which undoes after pre-training only.</summary>
public sealed record InterleavingOptions
{
    /// <summary>Interleaves UMM with pre-training after every so many epochs (not in the paper); 0 does not.</summary>
    public int UmmEvery { get; init; }

    /// <summary>Steps of UMM each time that it is interleaved.</summary>
    public int UmmIterations { get; init; } = 10;

    /// <summary>
    /// The last layer that is frozen while UMM is interleaved: stem, layer1, layer2 or layer3. All else is as undo has it by default.
    /// </summary>
    public string UmmSplit { get; init; } = "layer2";

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        if (UmmEvery < 0)
            throw new InvalidOptionException($"--umm-every must be at least 1 epoch, or 0 for no UMM in pre-training; found {UmmEvery}.");
        if (UmmIterations < 1)
            throw new InvalidOptionException($"--umm-iterations must be at least 1, found {UmmIterations}.");
        ResNet.ParseSplit(UmmSplit);
    }
}
