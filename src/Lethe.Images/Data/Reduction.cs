using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Lethe.Data;

/// <summary>
/// Makes images smaller with a triangle filter as wide as the reduction, so that fine structure does not alias. Rows are given one after
/// the other, so that an image never has to be in memory whole.
/// </summary>
internal sealed class Reduction
{
    private readonly (int From, float[] Weights)[] rows;
    private readonly (int From, float[] Weights)[] columns;
    private readonly Image source; // without pixels
    private readonly Image result;
    private readonly byte[] pixels;
    private readonly float[] line;
    private readonly Queue<float[]> open = new(); // sums of the rows that are under way, the next to be written first
    private readonly Stack<float[]> free = new();
    private int next; // the row of the source that comes next
    private int written;

    /// <summary>Begins a reduction.</summary>
    /// <param name="source">The image; its pixels are not looked at.</param>
    /// <param name="height">Rows to reduce it to.</param>
    /// <param name="width">Columns to reduce it to.</param>
    public Reduction(Image source, int height, int width)
    {
        this.source = source;
        rows = Filter(source.Height, height);
        columns = Filter(source.Width, width);
        line = new float[source.Width * source.Channels];
        pixels = new byte[height * width * source.PixelBytes];
        result = source with { Pixels = pixels, Height = height, Width = width };
    }

    /// <summary>The reduced image, when all rows were given.</summary>
    public Image Result => next == source.Height
        ? result
        : throw new InvalidOperationException($"{next} of {source.Height} rows were given.");

    /// <summary>The size at which the short side is at most <paramref name="shortSide"/>; never larger than the image.</summary>
    public static (int Height, int Width) TargetSize(int height, int width, int shortSide)
    {
        int shorter = Math.Min(height, width);
        if (shorter <= shortSide)
            return (height, width);
        double scale = (double)shortSide / shorter;
        return height < width
            ? (shortSide, Rounded(width * scale))
            : (height == width ? shortSide : Rounded(height * scale), shortSide);
    }

    /// <summary>Resamples an image to a smaller size.</summary>
    public static Image Reduce(Image image, int height, int width)
    {
        if ((height, width) == (image.Height, image.Width))
            return image;
        var reduction = new Reduction(image, height, width);
        int rowBytes = image.Width * image.PixelBytes;
        ReadOnlySpan<byte> bytes = image.Pixels.Span;
        for (int y = 0; y < image.Height; y++)
            reduction.Add(bytes.Slice(y * rowBytes, rowBytes));
        return reduction.Result;
    }

    /// <summary>Takes the next row of the source.</summary>
    /// <param name="row">Its samples.</param>
    public void Add(ReadOnlySpan<byte> row)
    {
        Read(row);
        for (int y = written; y < rows.Length && rows[y].From <= next; y++)
        {
            if (y - written == open.Count)
                Open();
        }

        int at = written;
        foreach (float[] sums in open)
        {
            (int from, float[] weights) = rows[at++];
            if (next < from + weights.Length)
                Mix(sums, line, weights[next - from]);
        }

        next++;
        while (written < rows.Length && rows[written].From + rows[written].Weights.Length <= next)
        {
            float[] sums = open.Dequeue();
            Write(sums, written++);
            free.Push(sums);
        }
    }

    private void Open()
    {
        if (!free.TryPop(out float[]? sums))
            sums = new float[line.Length];
        Array.Clear(sums);
        open.Enqueue(sums);
    }

    private void Read(ReadOnlySpan<byte> row)
    {
        switch (source.Samples)
        {
            case SampleType.UInt8:
                for (int i = 0; i < line.Length; i++)
                    line[i] = row[i];
                break;
            case SampleType.UInt16:
                ReadOnlySpan<ushort> words = MemoryMarshal.Cast<byte, ushort>(row);
                for (int i = 0; i < line.Length; i++)
                    line[i] = words[i];
                break;
            default:
                ReadOnlySpan<float> numbers = MemoryMarshal.Cast<byte, float>(row);
                for (int i = 0; i < line.Length; i++)
                    line[i] = float.IsFinite(numbers[i]) ? numbers[i] : 0;
                break;
        }
    }

    private static void Mix(float[] sums, float[] line, float weight)
    {
        int i = 0;
        for (Vector256<float> times = Vector256.Create(weight); i + Vector256<float>.Count <= line.Length; i += Vector256<float>.Count)
            (Vector256.Create(sums, i) + (times * Vector256.Create(line, i))).CopyTo(sums, i);
        for (; i < line.Length; i++)
            sums[i] += weight * line[i];
    }

    private void Write(float[] mixed, int y)
    {
        int channels = source.Channels, length = result.Width * channels;
        Span<byte> output = pixels.AsSpan(y * result.Width * result.PixelBytes, result.Width * result.PixelBytes);
        Span<ushort> words = MemoryMarshal.Cast<byte, ushort>(output);
        Span<float> numbers = MemoryMarshal.Cast<byte, float>(output);
        float half = source.Samples == SampleType.Float32 ? 0 : 0.5f;
        for (int x = 0, i = 0; i < length; x++)
        {
            (int from, float[] weights) = columns[x];
            for (int c = 0; c < channels; c++, i++)
            {
                float sum = half;
                for (int k = 0; k < weights.Length; k++)
                    sum += weights[k] * mixed[((from + k) * channels) + c];
                switch (source.Samples)
                {
                    case SampleType.UInt8:
                        output[i] = (byte)Math.Min(sum, 255f);
                        break;
                    case SampleType.UInt16:
                        words[i] = (ushort)Math.Min(sum, 65535f);
                        break;
                    default:
                        numbers[i] = sum;
                        break;
                }
            }
        }
    }

    private static int Rounded(double value) => (int)Math.Round(value, MidpointRounding.AwayFromZero);

    private static (int From, float[] Weights)[] Filter(int source, int target)
    {
        double scale = (double)source / target;

        // A scaled JPEG can be a pixel short on its long side: a filter narrower than a pixel would miss all of them.
        double radius = Math.Max(1, scale);
        var filter = new (int, float[])[target];
        for (int i = 0; i < target; i++)
        {
            double centre = (i + 0.5) * scale;
            int from = Math.Max(0, (int)(centre - radius + 0.5));
            int to = Math.Min(source, (int)(centre + radius + 0.5));
            double[] weights = [.. Enumerable.Range(from, to - from).Select(j => Math.Max(0, 1 - Math.Abs(j + 0.5 - centre) / radius))];
            double sum = weights.Sum();
            filter[i] = (from, [.. weights.Select(weight => (float)(weight / sum))]);
        }

        return filter;
    }
}
