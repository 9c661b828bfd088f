using Lethe.Models;
using Lethe.Runtime;

namespace Lethe.Runs;

/// <summary>UMM in between epochs of pre-training: not in the paper, which undoes after pre-training only.</summary>
public sealed record InterleavingOptions : OptionRecord
{
    /// <summary>Interleaves UMM with pre-training after every so many epochs (not in the paper).</summary>
    [Limit(AtLeast = 1, Unit = "epoch", Zero = "for no UMM in pre-training")]
    public int UmmEvery { get; init; }

    /// <summary>Steps of UMM each time that it is interleaved.</summary>
    [Limit(AtLeast = 1)]
    public int UmmIterations { get; init; } = 10;

    /// <summary>
    /// The last layer that is frozen while UMM is interleaved: stem, layer1, layer2 or layer3. All else is as undo has it by default.
    /// </summary>
    [OneOf(typeof(ResNet), nameof(ResNet.SplitNames))]
    public string UmmSplit { get; init; } = "layer2";
}
