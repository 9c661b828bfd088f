using Lethe.Models;
using Lethe.Runtime;

namespace Lethe.Runs;

/// <summary>UMM between epochs of pre-training. The paper undoes only after pre-training.</summary>
public sealed record InterleavingOptions : OptionRecord
{
    /// <summary>Runs UMM after every N epochs of pre-training (not in the paper).</summary>
    [Limit(AtLeast = 1, Unit = "epoch", Zero = "for no UMM in pre-training")]
    public int UmmEvery { get; init; }

    /// <summary>Steps of UMM each time.</summary>
    [Limit(AtLeast = 1)]
    public int UmmIterations { get; init; } = 10;

    /// <summary>
    /// The last frozen layer during these steps: stem, layer1, layer2 or layer3. All else is as in undo's defaults.
    /// </summary>
    [OneOf(typeof(ResNet), nameof(ResNet.SplitNames))]
    public string UmmSplit { get; init; } = "layer2";
}
