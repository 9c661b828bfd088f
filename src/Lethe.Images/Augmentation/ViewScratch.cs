using System.Runtime.Intrinsics;

namespace Lethe.Augmentation;

/// <summary>
/// The buffers that a thread renders views in. They grow to the largest view and image seen, then nothing is allocated any more.
/// </summary>
internal sealed class ViewScratch
{
    [ThreadStatic]
    private static ViewScratch? ofThread;

    private float[] samples = [];
    private float[] lines = [];
    private Vector256<float>[] narrowed = [];
    private Vector256<float>[] canvas = [];
    private Vector256<float>[] blurred = [];
    private float[] padded = [];

    public static ViewScratch OfThread => ofThread ??= new ViewScratch();

    public ResampleAxis Rows { get; } = new();

    public ResampleAxis Columns { get; } = new();

    public Span<float> Samples(int length) => GrowingBuffer.Grow(ref samples, length);

    public Span<float> Lines(int length) => GrowingBuffer.Grow(ref lines, length);

    public Span<Vector256<float>> Narrowed(int length) => GrowingBuffer.Grow(ref narrowed, length);

    public Span<Vector256<float>> Canvas(int length) => GrowingBuffer.Grow(ref canvas, length);

    public Span<Vector256<float>> Blurred(int length) => GrowingBuffer.Grow(ref blurred, length);

    public Span<float> Padded(int length) => GrowingBuffer.Grow(ref padded, length);
}
