using Lethe.Numerics;

namespace Lethe.Data.Generated;

/// <summary>One coloured, patterned shape at its place: how much of a pixel it covers, and its colour there.</summary>
internal readonly struct ShapeSurface
{
    private readonly int shape;
    private readonly double centreX;
    private readonly double centreY;
    private readonly double radius;
    private readonly double cosine;
    private readonly double sine;
    private readonly double pixels;
    private readonly SurfacePattern pattern;
    private readonly Rgb light;
    private readonly Rgb dark;

    /// <param name="shape">Index into <see cref="ShapeOutline.Names"/>.</param>
    /// <param name="hue">In turns.</param>
    /// <param name="texture">Index into <see cref="SurfacePattern.Names"/>.</param>
    /// <param name="centre">−1 to 1 from edge to edge.</param>
    /// <param name="radius">1 being half the image.</param>
    /// <param name="rotation">Degrees, clockwise.</param>
    /// <param name="pixels">Pixels in half the image.</param>
    /// <param name="stream">Gives the phase of the pattern.</param>
    public ShapeSurface(
        int shape, double hue, int texture, (double X, double Y) centre, double radius, double rotation, double pixels,
        ref RandomStream stream)
    {
        this.shape = shape;
        (centreX, centreY) = centre;
        this.radius = radius;
        this.pixels = pixels;
        (sine, cosine) = Math.SinCos(rotation * Math.PI / 180);
        pattern = new SurfacePattern(texture, TexturePeriod, pixels, ref stream);
        light = Rgb.FromHue(hue, 0.75, 0.95);
        dark = Rgb.FromHue(hue, 0.9, 0.4);
    }

    /// <summary>Five pixels at 32 · 32: fine enough to repeat within the smallest shape, coarse enough to be seen.</summary>
    private const double TexturePeriod = 0.32;

    /// <summary>
    /// The part of the pixel around a point that the shape covers, in [0, 1]; above ½ exactly where the point lies within the outline.
    /// </summary>
    public double Coverage(double x, double y)
    {
        double dx = x - centreX, dy = y - centreY;
        double reach = radius + (1 / pixels);
        if ((dx * dx) + (dy * dy) > reach * reach)
            return 0;
        return Math.Clamp(0.5 - (Distance(dx, dy) * pixels), 0, 1);
    }

    /// <summary>The colour at a point.</summary>
    public Rgb ColourAt(double x, double y) => Rgb.Mix(dark, light, pattern.At(x - centreX, y - centreY));

    private double Distance(double dx, double dy) =>
        radius * ShapeOutline.Distance(shape, ((cosine * dx) + (sine * dy)) / radius, ((cosine * dy) - (sine * dx)) / radius);
}
