namespace Lethe.Operators;

/// <summary>
/// The numbers of a step of Adam: m ← β₁m + (1 − β₁)g, s ← β₂s + (1 − β₂)g², p ← p − r·m̂ / (√ŝ + ε),
/// with m̂ = m/(1 − β₁ᵗ) and ŝ = s/(1 − β₂ᵗ).
/// </summary>
/// <param name="Rate">r.</param>
/// <param name="Decay">wd.</param>
/// <param name="Decoupled">p ← (1 − r·wd)·p before the step, instead of wd·p in the gradient.</param>
/// <param name="Beta1">β₁.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Count">t, from 1.</param>
internal readonly record struct AdamStep(double Rate, double Decay, bool Decoupled, double Beta1, double Beta2, double Epsilon, long Count)
{
    /// <summary>How much of the parameter is added to its gradient.</summary>
    public double Coupled => Decoupled ? 0 : Decay;

    /// <summary>What the parameter is multiplied with before.</summary>
    public double Kept => Decoupled ? 1 - Rate * Decay : 1;

    /// <summary>r / (1 − β₁ᵗ).</summary>
    public double Size => Rate / (1 - Math.Pow(Beta1, Count));

    /// <summary>√(1 − β₂ᵗ).</summary>
    public double RootScale => Math.Sqrt(1 - Math.Pow(Beta2, Count));
}
