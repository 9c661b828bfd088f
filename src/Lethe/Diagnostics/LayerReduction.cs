namespace Lethe.Diagnostics;

/// <summary>What ΔR did in one layer.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="Train">ΔR on images trained on.</param>
/// <param name="HeldOut">ΔR on images never trained on.</param>
/// <param name="Gap">The one less the other.</param>
internal sealed record LayerReduction(string Layer, ReductionCurve Train, ReductionCurve HeldOut, ReductionGap Gap);
