using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Data.Generated;

/// <summary>
/// Images of a structural causal model whose factors are known: one coloured, patterned shape before a background.
/// </summary>
/// <remarks>
/// <para>
/// The class is the shape (S_r). Hue, texture, background, position, size, rotation and light are S_ur. With confounding strength ρ in
/// [−1, 1], hue and texture each, with probability |ρ|, take the class's own value, which has the same index (for ρ below 0 that of
/// the class three further on, which is never the own one); otherwise, and all others always, they are drawn independently. Hue and texture
/// are seen in single pixels and small patches, the shape only in how far the patches reach: where ρ is not 0 there is a shortcut.
/// </para>
/// <para>
/// Image i depends on (seed, i) and on ρ alone. The draws are the same for every ρ, so images of one index at two strengths differ at most
/// in hue and texture. Outlines are antialiased by their distance functions.
/// </para>
/// </remarks>
internal static class CausalShapes
{
    // Not 0, so that no class keeps its own value; and as its opposite is no multiple of it, no two classes trade places.
    private const int Derangement = 3;

    private const ulong Interventions = 0x646F;

    /// <summary>The classes.</summary>
    public static IReadOnlyList<string> ShapeNames => ShapeOutline.Names;

    /// <summary>Colours, 36 degrees of hue apart.</summary>
    public static IReadOnlyList<string> HueNames { get; } =
        ["red", "orange", "lime", "green", "jade", "cyan", "azure", "indigo", "violet", "pink"];

    /// <summary>Patterns of the shape.</summary>
    public static IReadOnlyList<string> TextureNames => SurfacePattern.Names;

    /// <summary>Kinds of background.</summary>
    public static IReadOnlyList<string> BackgroundNames => BackgroundPattern.Names;

    /// <summary>All factors, S_r first.</summary>
    public static IReadOnlyList<CausalFactor> Factors { get; } = Enum.GetValues<CausalFactor>();

    /// <summary>S_ur: all factors that the class does not depend on.</summary>
    public static IReadOnlyList<CausalFactor> Irrelevant { get; } = [.. Factors.Where(factor => factor != CausalFactor.Shape)];

    /// <summary>Draws what causes an image.</summary>
    /// <param name="seed">Decides all images.</param>
    /// <param name="index">Which image, from 0.</param>
    /// <param name="rho">Confounding strength, in [−1, 1].</param>
    /// <returns>The factors.</returns>
    /// <exception cref="InvalidOptionException">ρ is out of its range.</exception>
    public static CausalFactors Draw(ulong seed, int index, double rho)
    {
        if (!(Math.Abs(rho) <= 1))
            throw new InvalidOptionException(Invariant($"ρ, the strength of confounding, must be between -1 and 1, found {rho}."));
        var stream = new RandomStream(RandomStream.Derive(seed, (ulong)index));
        int shape = stream.NextInt(ShapeNames.Count);
        int own = rho < 0 ? (shape + Derangement) % ShapeNames.Count : shape;

        // Both draws are always made, so that no other draw depends on ρ.
        bool hueTied = stream.NextDouble() < Math.Abs(rho);
        int hue = stream.NextInt(HueNames.Count);
        bool textureTied = stream.NextDouble() < Math.Abs(rho);
        int texture = stream.NextInt(TextureNames.Count);
        int background = stream.NextInt(BackgroundNames.Count);
        return new CausalFactors(
            shape,
            hueTied ? own : hue,
            textureTied ? own : texture,
            background,
            Continuous(CausalFactor.Horizontal, ref stream),
            Continuous(CausalFactor.Vertical, ref stream),
            Continuous(CausalFactor.Size, ref stream),
            Continuous(CausalFactor.Rotation, ref stream),
            Continuous(CausalFactor.Light, ref stream),
            stream.NextBits());
    }

    /// <summary>An intervention that sets some factors to other values, drawn independently of everything; all else stays equal.</summary>
    /// <param name="factors">What causes the image.</param>
    /// <param name="changed">Factors to set; a categorical one never keeps its value.</param>
    /// <param name="seed">Decides the values, together with what causes the image.</param>
    /// <returns>What causes the image under the intervention.</returns>
    public static CausalFactors Intervene(CausalFactors factors, IReadOnlyList<CausalFactor> changed, ulong seed)
    {
        CausalFactors result = factors;
        foreach (CausalFactor factor in changed)
        {
            // A stream for each factor: its new value is the same whichever others are set beside it.
            var stream = new RandomStream(RandomStream.Derive(seed, Interventions, factors.Noise, (ulong)factor));
            int values = CausalFactors.Values(factor);
            double value = values > 0 ? (factors.Of(factor) + 1 + stream.NextInt(values - 1)) % values : Continuous(factor, ref stream);
            result = result.Do(factor, value);
        }

        return result;
    }

    /// <summary>Draws the picture that factors cause.</summary>
    /// <param name="factors">The factors.</param>
    /// <param name="size">Height and width, in pixels, at least 8.</param>
    /// <returns>A colour image.</returns>
    public static Image Render(CausalFactors factors, int size)
    {
        ArgumentNullException.ThrowIfNull(factors);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 8);
        return CausalRenderer.Render(factors, size);
    }

    /// <summary>Draws a set of pictures, labelled by shape.</summary>
    /// <param name="name">What the set is called.</param>
    /// <param name="factors">What causes each image.</param>
    /// <param name="size">Height and width, in pixels, at least 8.</param>
    /// <param name="threads">Threads that draw; the pictures do not depend on them.</param>
    /// <param name="cancel">Stops the drawing.</param>
    /// <returns>As many colour images.</returns>
    public static ImageSet Images(
        string name, IReadOnlyList<CausalFactors> factors, int size, int threads = 1, CancellationToken cancel = default)
    {
        var images = new Image[factors.Count];
        Parallel.For(
            0,
            images.Length,
            new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancel },
            i => images[i] = Render(factors[i], size));
        return new ImageSet(
            name, images, [.. factors.Select(image => image.Shape)], ShapeNames) { Items = [.. Enumerable.Range(0, images.Length)] };
    }

    private static double Continuous(CausalFactor factor, ref RandomStream stream) => factor switch
    {
        CausalFactor.Horizontal or CausalFactor.Vertical => stream.NextDouble(-0.3, 0.3),
        CausalFactor.Size => stream.NextDouble(0.5, 0.8),

        // Within these no outline but circle and ring repeats: the star does after 72 degrees.
        CausalFactor.Rotation => stream.NextDouble(-30, 30),
        CausalFactor.Light => stream.NextDouble(0.6, 1.15),
        _ => throw new ArgumentOutOfRangeException(nameof(factor)),
    };
}
