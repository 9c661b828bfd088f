using Lethe.Data.Generated;

namespace Lethe.Evaluation;

/// <summary>How well one factor is read from features, and how features answer to it.</summary>
/// <param name="Factor">The factor.</param>
/// <param name="Value">Accuracy of a linear probe where the factor is categorical, R² of ridge regression where it is continuous.</param>
/// <param name="Answer">E‖f(x) − f(x under do(factor))‖², rows normalised, in [0, 4].</param>
public sealed record FactorReading(CausalFactor Factor, double Value, double Answer)
{
    /// <summary>What says nothing: 1 over the number of values of a categorical factor, 0 for R².</summary>
    public double Chance => CausalFactors.Values(Factor) is var values and > 0 ? 1.0 / values : 0;
}
