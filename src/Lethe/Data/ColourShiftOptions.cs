using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>How images are tinted: <see cref="ColourShift"/>.</summary>
internal sealed record ColourShiftOptions
{
    /// <summary>ρ, how strongly the tint is tied to the class, in [−1, 1].</summary>
    public double Rho { get; init; } = 0.9;

    /// <summary>How much of the colour is the tint's, in (0, 1]: 0 would change nothing, 1 leaves nothing of the complementary colour.</summary>
    public double Strength { get; init; } = 0.7;

    /// <summary>Decides which image has which tint.</summary>
    public ulong Seed { get; init; }

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        if (!(Math.Abs(Rho) <= 1))
            throw new InvalidOptionException(
                Invariant($"Colour shift: rho, the strength of confounding, must be between -1 and 1; found {Rho}."));
        if (!(Strength > 0 && Strength <= 1))
            throw new InvalidOptionException(Invariant($"Colour shift: strength must be above 0 and at most 1; found {Strength}."));
    }
}
