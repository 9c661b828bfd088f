using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>How images are tinted: <see cref="ColourShift"/>.</summary>
[OptionsOf("colour shift")]
internal sealed record ColourShiftOptions : OptionRecord
{
    /// <summary>ρ, how strongly the tint is tied to the class.</summary>
    [Limit(AtLeast = -1, AtMost = 1)]
    public double Rho { get; init; } = 0.9;

    /// <summary>How much of the colour is the tint's: 0 would change nothing, 1 leaves nothing of the complementary colour.</summary>
    [Limit(Above = 0, AtMost = 1)]
    public double Strength { get; init; } = 0.7;

    /// <summary>Decides which image has which tint.</summary>
    public ulong Seed { get; init; }
}
