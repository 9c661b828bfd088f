using Lethe.Numerics;

namespace Lethe.Data.Generated;

/// <summary>Takes the pixels of an image in turn, row by row, and adds the grain of a sensor.</summary>
internal struct GrainedCanvas
{
    // Two bytes added and centred have a deviation of 104; this makes it four grey levels.
    private const double Grain = 4.0 / 104;

    private readonly byte[] pixels;
    private readonly int size;
    private RandomStream stream;
    private ulong bits;
    private int at;

    public GrainedCanvas(int size, ulong seed)
    {
        this.size = size;
        pixels = new byte[size * size * 3];
        stream = new RandomStream(seed);
    }

    public readonly Image Image => new(pixels, size, size, 3);

    /// <summary>The next pixel.</summary>
    /// <param name="colour">Its colour.</param>
    /// <param name="light">Factor on its brightness.</param>
    public void Put(Rgb colour, double light)
    {
        bits = stream.NextBits();
        Put(colour.Red * light);
        Put(colour.Green * light);
        Put(colour.Blue * light);
    }

    private void Put(double value)
    {
        double grain = ((bits & 0xFF) + ((bits >> 8) & 0xFF)) - 255.0;
        bits >>= 16;
        pixels[at++] = (byte)Math.Clamp((255 * value) + (Grain * grain) + 0.5, 0, 255);
    }
}
