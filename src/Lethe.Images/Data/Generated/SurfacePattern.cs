using Lethe.Numerics;

namespace Lethe.Data.Generated;

/// <summary>
/// A two-toned pattern with its phase: where it is light (1) and where dark (0), antialiased.
/// </summary>
internal readonly struct SurfacePattern
{
    /// <summary>By index.</summary>
    public static readonly string[] Names =
        ["plain", "lying stripes", "standing stripes", "slanted stripes", "checks", "dots", "rings", "net", "blobs", "rays"];

    private const int Rays = 6;

    private readonly int kind;
    private readonly double period;
    private readonly double pixels;
    private readonly double phaseX;
    private readonly double phaseY;
    private readonly uint noise;

    /// <param name="kind">Index into <see cref="Names"/>.</param>
    /// <param name="period">Of the pattern, in units of half the image.</param>
    /// <param name="pixels">Pixels in half the image.</param>
    /// <param name="stream">Gives the phase; the same number of draws for every kind.</param>
    public SurfacePattern(int kind, double period, double pixels, ref RandomStream stream)
    {
        this.kind = kind;
        this.period = period;
        this.pixels = pixels;
        phaseX = stream.NextDouble();
        phaseY = stream.NextDouble();
        noise = (uint)stream.NextBits();
    }

    /// <summary>How light the pattern is at a point, in units of half the image from the pattern's centre; in [0, 1].</summary>
    public double At(double x, double y)
    {
        switch (kind)
        {
            case 0:
                return 1;
            case 1:
                return Stripes((y / period) + phaseY, period);
            case 2:
                return Stripes((x / period) + phaseX, period);
            case 3:
                return Stripes(((x + y) * Math.Sqrt(0.5) / period) + phaseX, period);
            case 4:
                double across = Stripes((x / period) + phaseX, period), down = Stripes((y / period) + phaseY, period);
                return (across * (1 - down)) + (down * (1 - across));
            case 5:
                double dotX = Fraction((x / period) + phaseX) - 0.5, dotY = Fraction((y / period) + phaseY) - 0.5;
                return Edge((0.32 - Math.Sqrt((dotX * dotX) + (dotY * dotY))) * period);
            case 6:
                return Stripes((Math.Sqrt((x * x) + (y * y)) / period) + phaseX, period);
            case 7:
                double lineX = Math.Abs(Fraction((x / period) + phaseX) - 0.5), lineY = Math.Abs(Fraction((y / period) + phaseY) - 0.5);
                return Edge((0.15 - Math.Min(lineX, lineY)) * period);
            case 8:
                return Math.Clamp(0.5 + (6 * (ValueNoise.At(x / period * 1.6, y / period * 1.6, noise) - 0.5)), 0, 1);
            default:
                double turns = Math.Atan2(y, x) / (2 * Math.PI), radius = Math.Sqrt((x * x) + (y * y));
                return Stripes((turns * Rays) + phaseX, 2 * Math.PI * Math.Max(radius, 0.02) / Rays);
        }
    }

    private static double Fraction(double value) => value - Math.Floor(value);

    /// <summary>Half light, half dark.</summary>
    private double Stripes(double periods, double length) => Edge((Math.Abs(Fraction(periods) - 0.5) - 0.25) * length);

    private double Edge(double distance) => Math.Clamp(0.5 + (distance * pixels), 0, 1);
}
