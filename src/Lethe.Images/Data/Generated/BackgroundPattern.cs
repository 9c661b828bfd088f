using Lethe.Numerics;

namespace Lethe.Data.Generated;

/// <summary>A dull background between two muted colours.</summary>
internal readonly struct BackgroundPattern
{
    /// <summary>By index.</summary>
    public static readonly string[] Names = ["flat", "slope", "clouds", "bands", "tiles"];

    private readonly int kind;
    private readonly SurfacePattern pattern;
    private readonly uint noise;
    private readonly double slopeX;
    private readonly double slopeY;
    private readonly Rgb first;
    private readonly Rgb second;

    /// <param name="kind">Index into <see cref="Names"/>.</param>
    /// <param name="pixels">Pixels in half the image.</param>
    /// <param name="stream">Gives colours and phases; the same number of draws for every kind.</param>
    public BackgroundPattern(int kind, double pixels, ref RandomStream stream)
    {
        this.kind = kind;

        // Less saturated than any shape, so that the shape is seen before it.
        first = Rgb.FromHue(stream.NextDouble(), stream.NextDouble(0, 0.3), stream.NextDouble(0.45, 0.75));
        second = Rgb.FromHue(stream.NextDouble(), stream.NextDouble(0, 0.3), stream.NextDouble(0.2, 0.45));
        noise = (uint)stream.NextBits();
        double angle = 2 * Math.PI * stream.NextDouble();
        (slopeX, slopeY) = (0.5 * Math.Cos(angle), 0.5 * Math.Sin(angle));
        pattern = new SurfacePattern(kind == 3 ? 3 : 4, kind == 3 ? 0.7 : 0.9, pixels, ref stream);
    }

    /// <summary>The colour at a point, −1 to 1 from edge to edge.</summary>
    public Rgb At(double x, double y)
    {
        double share = kind switch
        {
            0 => 0,
            1 => Math.Clamp(0.5 + (slopeX * x) + (slopeY * y), 0, 1),
            2 => ValueNoise.At(2.5 * x, 2.5 * y, noise),
            _ => pattern.At(x, y),
        };
        return Rgb.Mix(first, second, share);
    }
}
