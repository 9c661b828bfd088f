using System.Runtime.Intrinsics;

namespace Lethe.Augmentation;

/// <summary>The buffers that a thread renders views in. They grow to the largest view and image seen, then nothing is allocated any more.</summary>
internal sealed class ViewScratch
{
    [ThreadStatic]
    private static ViewScratch? ofThread;

    private float[] lines = [];
    private Vector256<float>[] narrowed = [];
    private Vector256<float>[] canvas = [];
    private Vector256<float>[] blurred = [];
    private float[] padded = [];

    public static ViewScratch OfThread => ofThread ??= new ViewScratch();

    public ResampleAxis Rows { get; } = new();

    public ResampleAxis Columns { get; } = new();

    public Span<float> Lines(int length) => Grow(ref lines, length);

    public Span<Vector256<float>> Narrowed(int length) => Grow(ref narrowed, length);

    public Span<Vector256<float>> Canvas(int length) => Grow(ref canvas, length);

    public Span<Vector256<float>> Blurred(int length) => Grow(ref blurred, length);

    public Span<float> Padded(int length) => Grow(ref padded, length);

    /// <summary>Makes room in a buffer, whose old content is lost if it was too short.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="length">How much is needed.</param>
    /// <returns>As much as is needed.</returns>
    public static Span<T> Grow<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length)
            buffer = new T[length];
        return buffer.AsSpan(0, length);
    }
}
