using Lethe.Diagnostics;

namespace Lethe.Evaluation;

/// <summary>The causal reading of one layer.</summary>
/// <param name="Layer">stem, layer1 to layer4, or projector.</param>
/// <param name="Factors">Every factor, the relevant one first; measured where no factor depends on another.</param>
/// <param name="Sensitivity">The answer to do(S_ur), all irrelevant factors at once, against that to do(S_r).</param>
/// <param name="Shortcut">A probe trained where hue and texture go with the class, tested where they do, do not, and go against it.</param>
public sealed record CausalLayer(string Layer, IReadOnlyList<FactorReading> Factors, InterventionalSensitivity Sensitivity, ConfoundedProbe Shortcut);
