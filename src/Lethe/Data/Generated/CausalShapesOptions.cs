using Lethe.Runtime;

namespace Lethe.Data.Generated;

/// <summary>Which images <see cref="CausalShapes"/> makes as a source: <c>--data causal-shapes:rho=0.9,size=32,seed=1</c>.</summary>
internal sealed record CausalShapesOptions
{
    /// <summary>Images that are divided into training and probe part.</summary>
    public int Count { get; init; } = 20_000;

    /// <summary>Images of the test part.</summary>
    public int TestCount { get; init; } = 4_000;

    /// <summary>Height and width, in pixels, 16 to 224.</summary>
    public int Size { get; init; } = 32;

    /// <summary>ρ in training and probe part: how strongly hue and texture are tied to the class, in [−1, 1].</summary>
    public double Rho { get; init; } = 0.9;

    /// <summary>ρ in the test part.</summary>
    public double TestRho { get; init; }

    /// <summary>Decides all images.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        if (Count < 3 || TestCount < 1)
            throw new InvalidOptionException($"causal-shapes: count must be at least 3 and test-count at least 1, found {Count} and {TestCount}.");
        if (Size is < 16 or > 224)
            throw new InvalidOptionException($"causal-shapes: size must be between 16 and 224 pixels, found {Size}.");
        CausalShapes.RequireRho(Rho, "causal-shapes: rho");
        CausalShapes.RequireRho(TestRho, "causal-shapes: test-rho");
    }

    /// <summary>What causes an item of the source: the first <see cref="Count"/> items are divided, the rest is the test part.</summary>
    /// <param name="item">As <see cref="ImageSet.Items"/> gives it, from 0.</param>
    /// <returns>Its factors.</returns>
    public CausalFactors FactorsOf(int item) => CausalShapes.Draw(Seed, item, item < Count ? Rho : TestRho);
}
