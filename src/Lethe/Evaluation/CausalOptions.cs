using Lethe.Data.Generated;
using Lethe.Runtime;

namespace Lethe.Evaluation;

/// <summary>How the causal reading is measured.</summary>
public sealed record CausalOptions
{
    /// <summary>Generated images that probes are fitted on, and as many others that they are tested on; interventions are made on a quarter of these.</summary>
    public int CausalImages { get; init; } = 1000;

    /// <summary>ρ under which the probe of the shortcut is trained; it is tested at ρ, at 0 and at −ρ.</summary>
    public double CausalRho { get; init; } = 0.9;

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        if (CausalImages < 40)
            throw new InvalidOptionException($"--causal-images must be at least 40, found {CausalImages}.");
        if (CausalRho == 0)
            throw new InvalidOptionException("--causal-rho must not be 0: there would be no shortcut to turn around.");
        CausalShapes.RequireRho(CausalRho, "--causal-rho");
    }
}
