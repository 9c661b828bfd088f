using Lethe.Ranks;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>
/// What a normalised, rectified map was made of. What comes after it keeps this for its backward pass rather than the map, which is as
/// large again: normalising once more is one pass over memory (Chen 2016, Training Deep Nets with Sublinear Memory Cost, 1604.06174).
/// </summary>
/// <param name="Map">y, [N, C, H, W].</param>
/// <param name="Scale">γ, [C].</param>
/// <param name="Shift">β, [C].</param>
/// <param name="Values">Mean, 1 / √(σ² + ε), and scale and shift of the map as a whole, [4, C].</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Share">How the batch is shared out to ranks; null where the map is of a whole one.</param>
internal sealed record NormalisedMap(Tensor Map, Tensor Scale, Tensor Shift, Tensor Values, double Epsilon, BatchShare? Share);
