using static TorchSharp.torch;

namespace Lethe.Umm;

/// <summary>Level one on a batch.</summary>
/// <param name="Total">L_ssl + β·JS, a scalar with gradient; that of L_ssl alone where the alignment is cut.</param>
/// <param name="Divergence">JS(p ‖ u), a scalar in nats.</param>
/// <param name="LogVolume">s, the logarithm of each sample's volume factor, [2N].</param>
internal sealed record LevelOne(Tensor Total, Tensor Divergence, Tensor LogVolume);
