using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>How effects of a kind are written.</summary>
/// <param name="Factor">What numbers are multiplied by.</param>
/// <param name="Decimals">Digits after the point.</param>
/// <param name="Name">What they count.</param>
internal sealed record Unit(double Factor, int Decimals, string Name)
{
    /// <summary>Accuracies and other fractions, in percentage points.</summary>
    public static Unit Points { get; } = new(100, 1, "points");

    /// <summary>Coding rates.</summary>
    public static Unit Nats { get; } = new(1, 2, "nats");

    /// <summary>A number with its sign.</summary>
    public string Signed(double value) => Wording.Signed(Factor * value, Decimals);

    /// <summary>A size, with the unit.</summary>
    public string Size(double value) =>
        this == Points && value > 1 ? "more than 100 points" : $"{Wording.Fixed(Factor * value, Decimals)} {Name}";
}
