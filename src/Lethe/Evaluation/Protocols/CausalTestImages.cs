using Lethe.Data;
using Lethe.Data.Generated;
using Lethe.Numerics;

namespace Lethe.Evaluation.Protocols;

/// <summary>What causes the test images of <c>causal</c>. Their seeds are fixed, so that all encoders see the same images.</summary>
internal static class CausalTestImages
{
    /// <summary>From what the seeds of this protocol are derived.</summary>
    public const ulong Seed = 0x4361_7573_616C;

    private static readonly ulong testing = RandomStream.Derive(Seed, 2);
    private static readonly ulong intervening = RandomStream.Derive(Seed, 4);

    /// <summary>Where images are drawn from that are measured on.</summary>
    public static ulong Testing => testing;

    /// <summary>
    /// The causes when hue and texture go with the shape as far as ρ says; all other factors are those of the images as they are.
    /// </summary>
    public static CausalFactors[] Factors(ImageSet test, double rho) =>
        [.. test.Items!.Select(item => CausalShapes.Draw(testing, item, rho))];

    /// <summary>The causes under an intervention.</summary>
    public static CausalFactors[] Intervened(ImageSet test, IReadOnlyList<CausalFactor> changed) =>
        [.. Factors(test, 0).Select(factors => CausalShapes.Intervene(factors, changed, intervening))];
}
