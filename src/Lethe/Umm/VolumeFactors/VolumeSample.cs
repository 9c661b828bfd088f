using Lethe.Methods;
using static TorchSharp.torch;

namespace Lethe.Umm.VolumeFactors;

/// <summary>
/// What a volume factor is estimated from: a batch of early features and the late layers, which end in either of two ways.
/// </summary>
/// <param name="Early">z_e, a leaf with gradient, [n, C, H, W].</param>
/// <param name="Loss">The method's loss at z_e, in training mode, where samples mix.</param>
/// <param name="LateLayers">
/// h as a function of z_e, [n, C, H, W] to [n, d], with batch-norm in evaluation mode: a row depends on its own sample alone. It moves
/// no statistics.
/// </param>
/// <param name="Seed">A seed of this step, so that all passes over one batch draw alike.</param>
internal sealed record VolumeSample(Tensor Early, MethodLoss Loss, Func<Tensor, Tensor> LateLayers, ulong Seed);
