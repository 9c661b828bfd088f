namespace Lethe.Diagnostics;

/// <summary>The signs of memorisation in one layer.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Train">ΔR on images trained on.</param>
/// <param name="HeldOut">ΔR on images never trained on.</param>
/// <param name="Gap">The one less the other.</param>
internal sealed record LayerMemorisation(string Layer, ReductionCurve Train, ReductionCurve HeldOut, ReductionGap Gap);
