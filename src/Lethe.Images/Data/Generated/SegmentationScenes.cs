using Lethe.Numerics;

namespace Lethe.Data.Generated;

/// <summary>
/// Scenes of several shapes before a patterned background, with exact masks: for dense transfer. Shapes are those of <see
/// cref="CausalShapes"/>, hue, texture, place, size and rotation independent of them; a later shape hides an earlier one.
/// </summary>
/// <remarks>
/// A pixel's class is that of the topmost shape whose outline its centre lies within. Scene i depends on (seed, i) alone, so disjoint
/// ranges of i are disjoint sets.
/// </remarks>
internal static class SegmentationScenes
{
    private const int MostShapes = 3;

    private const ulong Scenes = 0x5365_676D;

    /// <summary>The classes of pixels: background, then the shapes.</summary>
    public static IReadOnlyList<string> ClassNames { get; } = ["background", .. CausalShapes.ShapeNames];

    /// <summary>Draws one scene of one to three shapes.</summary>
    /// <param name="seed">Decides all scenes.</param>
    /// <param name="index">Which scene, from 0.</param>
    /// <param name="size">Height and width, in pixels, at least 16.</param>
    /// <returns>A colour image, and the class of each of its pixels, row by row: [size, size].</returns>
    public static (Image Image, ReadOnlyMemory<byte> Mask) Render(ulong seed, int index, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 16);
        ulong own = RandomStream.Derive(seed, Scenes, (ulong)index);
        var stream = new RandomStream(own);
        double half = size / 2.0, light = stream.NextDouble(0.7, 1.1);
        var ground = new SurfacePattern(stream.NextInt(SurfacePattern.Names.Length), stream.NextDouble(0.3, 0.9), half, ref stream);
        Rgb bright = Rgb.FromHue(stream.NextDouble(), stream.NextDouble(0, 0.4), stream.NextDouble(0.45, 0.8)),
            dark = Rgb.FromHue(stream.NextDouble(), stream.NextDouble(0, 0.4), stream.NextDouble(0.15, 0.45));
        var shapes = new (int Class, ShapeSurface Surface)[1 + stream.NextInt(MostShapes)];
        for (int i = 0; i < shapes.Length; i++)
        {
            int shape = stream.NextInt(ShapeOutline.Names.Length);
            shapes[i] = (shape + 1, new ShapeSurface(
                shape,
                stream.NextDouble(),
                stream.NextInt(SurfacePattern.Names.Length),
                (stream.NextDouble(-0.6, 0.6), stream.NextDouble(-0.6, 0.6)),
                stream.NextDouble(0.3, 0.55),
                stream.NextDouble(-30, 30),
                half,
                ref stream));
        }

        var canvas = new GrainedCanvas(size, RandomStream.Derive(own, 1));
        byte[] mask = new byte[size * size];
        for (int pixel = 0; pixel < mask.Length; pixel++)
        {
            double x = (((pixel % size) + 0.5) / half) - 1, y = (((pixel / size) + 0.5) / half) - 1;
            Rgb colour = Rgb.Mix(dark, bright, ground.At(x, y));
            foreach ((int label, ShapeSurface surface) in shapes)
            {
                double coverage = surface.Coverage(x, y);
                if (coverage > 0)
                    colour = Rgb.Mix(colour, surface.ColourAt(x, y), coverage);
                if (coverage > 0.5)
                    mask[pixel] = (byte)label;
            }

            canvas.Put(colour, light);
        }

        return (canvas.Image, mask);
    }

    /// <summary>Draws a range of scenes.</summary>
    /// <param name="name">What the set is called.</param>
    /// <param name="seed">Decides all scenes.</param>
    /// <param name="first">Index of the first scene.</param>
    /// <param name="count">How many.</param>
    /// <param name="size">Height and width, in pixels, at least 16.</param>
    /// <param name="threads">Threads that draw; the pictures do not depend on them.</param>
    /// <param name="cancel">Stops the drawing.</param>
    /// <returns>The scenes with their masks, of the classes <see cref="ClassNames"/>.</returns>
    public static ImageSet Images(
        string name, ulong seed, int first, int count, int size, int threads = 1, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var scenes = new (Image Image, ReadOnlyMemory<byte> Mask)[count];
        Parallel.For(
            0,
            count,
            new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancel },
            i => scenes[i] = Render(seed, first + i, size));
        return new ImageSet(name, [.. scenes.Select(scene => scene.Image)])
        {
            Items = [.. Enumerable.Range(first, count)],
            Masks = [.. scenes.Select(scene => scene.Mask)],
        };
    }
}
