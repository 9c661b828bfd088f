using System.Runtime.Intrinsics;

namespace Lethe.Augmentation;

/// <summary>
/// A view while it is made: values 0 to 255 laid out [column, channel, row], the rows padded to whole vectors of eight. The columns come
/// first because then both passes of the resize, all colour steps and both passes of the blur run along whole vectors, whatever the size;
/// the image is transposed once between the passes and once when it is written.
/// </summary>
/// <remarks>The padding is zero until contrast jitter, so that a sum over the canvas is a sum over the image.</remarks>
internal readonly ref struct ViewCanvas
{
    public const int Lanes = 8;

    public ViewCanvas(Span<Vector256<float>> values, int size, int channels)
    {
        Values = values;
        Size = size;
        Channels = channels;
        Stride = VectorsFor(size);
    }

    /// <summary>All values.</summary>
    public Span<Vector256<float>> Values { get; }

    /// <summary>Rows and columns of the view.</summary>
    public int Size { get; }

    /// <summary>1 for grey, 3 for colour, else bands.</summary>
    public int Channels { get; }

    /// <summary>Vectors of one channel of one column.</summary>
    public int Stride { get; }

    /// <summary>Whether the rows fill vectors of 512 bits, and such are to be used.</summary>
    public bool IsWide => Numerics.Lanes.Wide && Stride % 2 == 0;

    /// <summary>One channel of one column: <see cref="Stride"/> vectors.</summary>
    /// <param name="line">Column times <see cref="Channels"/>, plus channel.</param>
    public Span<Vector256<float>> Line(int line) => Values.Slice(line * Stride, Stride);

    /// <summary>How many vectors hold so many floats.</summary>
    /// <param name="floats">How many floats.</param>
    public static int VectorsFor(int floats) => (floats + Lanes - 1) / Lanes;
}
