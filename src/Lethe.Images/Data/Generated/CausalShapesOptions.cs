using Lethe.Runtime;

namespace Lethe.Data.Generated;

/// <summary>Which images <see cref="CausalShapes"/> makes as a source: <c>--data causal-shapes:rho=0.9,size=32,seed=1</c>.</summary>
[OptionsOf("causal-shapes")]
internal sealed record CausalShapesOptions : OptionRecord
{
    /// <summary>Images that are divided into training and probe part.</summary>
    [Limit(AtLeast = 3, AtMost = 10_000_000, Unit = "images")]
    public int Count { get; init; } = 20_000;

    /// <summary>Images of the test part.</summary>
    [Limit(AtLeast = 1, AtMost = 10_000_000, Unit = "images")]
    public int TestCount { get; init; } = 4_000;

    /// <summary>Height and width, in pixels.</summary>
    [Limit(AtLeast = 16, AtMost = 1024, Unit = "pixels")]
    public int Size { get; init; } = 32;

    /// <summary>ρ in training and probe part: how strongly hue and texture are tied to the class.</summary>
    [Limit(AtLeast = -1, AtMost = 1)]
    public double Rho { get; init; } = 0.9;

    /// <summary>ρ in the test part.</summary>
    [Limit(AtLeast = -1, AtMost = 1)]
    public double TestRho { get; init; }

    /// <summary>Decides all images.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What causes an item of the source: the first <see cref="Count"/> items are divided, the rest is the test part.</summary>
    /// <param name="item">As <see cref="ImageSet.Items"/> gives it, from 0.</param>
    /// <returns>Its factors.</returns>
    public CausalFactors FactorsOf(int item) => CausalShapes.Draw(Seed, item, item < Count ? Rho : TestRho);
}
