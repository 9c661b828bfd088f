using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Umm;

/// <summary>Level one on a batch.</summary>
/// <param name="Loss">L_ssl, a scalar with gradient.</param>
/// <param name="Divergence">JS(p ‖ u), a scalar in nats; without gradient where the alignment has none.</param>
/// <param name="LogVolume">s, the logarithm of each sample's volume factor, [2N].</param>
/// <param name="Weight">What the divergence weighs beside the loss.</param>
internal sealed record LevelOne(Tensor Loss, Tensor Divergence, Tensor LogVolume, double Weight)
{
    /// <summary>L₁, a scalar.</summary>
    public Tensor Total => Weight > 0 ? Loss.Plus(Divergence.Times(Weight)) : Loss;
}
