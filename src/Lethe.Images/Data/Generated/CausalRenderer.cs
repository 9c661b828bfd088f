using Lethe.Numerics;

namespace Lethe.Data.Generated;

/// <summary>Draws the one shape of <see cref="CausalShapes"/> before its background.</summary>
internal static class CausalRenderer
{
    // What a seed is for.
    private const ulong SurfaceDraws = 1;
    private const ulong BackgroundDraws = 2;
    private const ulong GrainDraws = 3;

    public static Image Render(CausalFactors factors, int size)
    {
        var surfaceStream = new RandomStream(RandomStream.Derive(factors.Noise, SurfaceDraws));
        var backgroundStream = new RandomStream(RandomStream.Derive(factors.Noise, BackgroundDraws));
        double half = size / 2.0;

        // A colour is a tenth of the circle and varies within the middle half of it.
        double hue = (((factors.Hue + surfaceStream.NextDouble(-0.25, 0.25)) / CausalShapes.HueNames.Count) + 1) % 1;
        var surface = new ShapeSurface(
            factors.Shape, hue, factors.Texture, (factors.Horizontal, factors.Vertical), factors.Size, factors.Rotation, half,
            ref surfaceStream);
        var background = new BackgroundPattern(factors.Background, half, ref backgroundStream);
        var canvas = new GrainedCanvas(size, RandomStream.Derive(factors.Noise, GrainDraws));
        for (int row = 0; row < size; row++)
        {
            double y = ((row + 0.5) / half) - 1;
            for (int column = 0; column < size; column++)
            {
                double x = ((column + 0.5) / half) - 1, coverage = surface.Coverage(x, y);
                Rgb colour = coverage switch
                {
                    0 => background.At(x, y),
                    1 => surface.ColourAt(x, y),
                    _ => Rgb.Mix(background.At(x, y), surface.ColourAt(x, y), coverage),
                };
                canvas.Put(colour, factors.Light);
            }
        }

        return canvas.Image;
    }
}
