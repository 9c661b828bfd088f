namespace Lethe.Data.Generated;

/// <summary>
/// What causes one image of <see cref="CausalShapes"/>. An intervention do(factor = value) is <c>factors with { Hue = 3 }</c>: all
/// else stays, also what is random within the image, since that is drawn from <paramref name="Noise"/>.
/// </summary>
/// <param name="Shape">Index into <see cref="CausalShapes.ShapeNames"/>: the class.</param>
/// <param name="Hue">Index into <see cref="CausalShapes.HueNames"/>.</param>
/// <param name="Texture">Index into <see cref="CausalShapes.TextureNames"/>.</param>
/// <param name="Background">Index into <see cref="CausalShapes.BackgroundNames"/>.</param>
/// <param name="Horizontal">Centre, −1 to 1 from left to right.</param>
/// <param name="Vertical">Centre, −1 to 1 from top to bottom.</param>
/// <param name="Size">Radius, 1 being half the image.</param>
/// <param name="Rotation">Degrees, clockwise.</param>
/// <param name="Light">Factor on all brightness.</param>
/// <param name="Noise">Seed of what belongs to no factor: phases of patterns, colours of the background, grain.</param>
internal sealed record CausalFactors(
    int Shape, int Hue, int Texture, int Background,
    double Horizontal, double Vertical, double Size, double Rotation, double Light, ulong Noise)
{
    /// <summary>How many values a factor has; 0 where it is continuous.</summary>
    /// <param name="factor">The factor.</param>
    /// <returns>Ten, five, or 0.</returns>
    public static int Values(CausalFactor factor) => factor switch
    {
        CausalFactor.Shape => CausalShapes.ShapeNames.Count,
        CausalFactor.Hue => CausalShapes.HueNames.Count,
        CausalFactor.Texture => CausalShapes.TextureNames.Count,
        CausalFactor.Background => CausalShapes.BackgroundNames.Count,
        _ => 0,
    };

    /// <summary>The value of a factor; of a categorical one, its index.</summary>
    /// <param name="factor">The factor.</param>
    /// <returns>The value, in the unit of <see cref="CausalFactor"/>.</returns>
    public double Of(CausalFactor factor) => factor switch
    {
        CausalFactor.Shape => Shape,
        CausalFactor.Hue => Hue,
        CausalFactor.Texture => Texture,
        CausalFactor.Background => Background,
        CausalFactor.Horizontal => Horizontal,
        CausalFactor.Vertical => Vertical,
        CausalFactor.Size => Size,
        CausalFactor.Rotation => Rotation,
        CausalFactor.Light => Light,
        _ => throw new ArgumentOutOfRangeException(nameof(factor)),
    };

    /// <summary>do(factor = value).</summary>
    /// <param name="factor">The factor.</param>
    /// <param name="value">Its new value; of a categorical one, an index.</param>
    /// <returns>The same with that value.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A categorical factor has no such value.</exception>
    public CausalFactors Do(CausalFactor factor, double value)
    {
        int values = Values(factor);
        if (values > 0 && (value != Math.Floor(value) || value < 0 || value >= values))
            throw new ArgumentOutOfRangeException(nameof(value), value, $"{factor} has the values 0 to {values - 1}.");
        return factor switch
        {
            CausalFactor.Shape => this with { Shape = (int)value },
            CausalFactor.Hue => this with { Hue = (int)value },
            CausalFactor.Texture => this with { Texture = (int)value },
            CausalFactor.Background => this with { Background = (int)value },
            CausalFactor.Horizontal => this with { Horizontal = value },
            CausalFactor.Vertical => this with { Vertical = value },
            CausalFactor.Size => this with { Size = value },
            CausalFactor.Rotation => this with { Rotation = value },
            CausalFactor.Light => this with { Light = value },
            _ => throw new ArgumentOutOfRangeException(nameof(factor)),
        };
    }
}
