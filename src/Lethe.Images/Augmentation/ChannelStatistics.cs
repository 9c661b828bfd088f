using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Augmentation;

/// <summary>Mean and standard deviation of each channel of the training images, where 0 to 1 is their range of intensities.</summary>
/// <param name="Mean">One number a channel.</param>
/// <param name="StandardDeviation">One number a channel, positive.</param>
internal sealed record ChannelStatistics(IReadOnlyList<float> Mean, IReadOnlyList<float> StandardDeviation)
{
    /// <summary>Which samples are 0 and 1.</summary>
    public IntensityRange Range { get; init; } = IntensityRange.Bytes;

    /// <summary>
    /// Measures a set. Every pixel counts the same, whichever image it is in. The sums are of integers, exact, so that the result does not
    /// depend on the order of the images; samples of other types than bytes are summed up in double precision, in order.
    /// </summary>
    /// <param name="images">The training images; at least one.</param>
    /// <param name="maxImages">Look at no more than so many images, evenly spaced over the set; at least 1.</param>
    /// <returns>
    /// Mean and standard deviation (over the pixels, not the pixels less one; at least one grey level), <see cref="ImageSet.Channels"/>
    /// numbers each.
    /// </returns>
    /// <exception cref="DataException">The set is empty.</exception>
    public static ChannelStatistics Measure(ImageSet images, int maxImages = 5000)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxImages, 1);
        if (images.Count == 0)
            throw new DataException($"'{images.Name}' has no images, so it has no mean colour. Give it at least one image.");
        if (!images.Range.IsOfBytes)
            return MeasureWithin(images, maxImages);
        int channels = images.Channels;
        Span<long> sums = stackalloc long[channels];
        Span<long> squares = stackalloc long[channels];
        long pixels = 0;
        int used = Math.Min(maxImages, images.Count);
        for (int i = 0; i < used; i++)
        {
            ReadOnlySpan<byte> bytes = images[(int)((long)i * images.Count / used)].Pixels.Span;
            pixels += bytes.Length / channels;
            for (int c = 0; c < channels; c++)
            {
                long sum = 0, square = 0;
                for (int p = c; p < bytes.Length; p += channels)
                {
                    sum += bytes[p];
                    square += bytes[p] * bytes[p];
                }

                sums[c] += sum;
                squares[c] += square;
            }
        }

        float[] mean = new float[channels];
        float[] deviation = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            double average = (double)sums[c] / pixels;
            double variance = (double)squares[c] / pixels - average * average;
            mean[c] = (float)(average / 255);
            deviation[c] = (float)Math.Max(Math.Sqrt(Math.Max(variance, 0)) / 255, images.Range.Step);
        }

        return new ChannelStatistics(mean, deviation);
    }

    private static ChannelStatistics MeasureWithin(ImageSet images, int maxImages)
    {
        int channels = images.Channels, used = Math.Min(maxImages, images.Count);
        double[] sums = new double[channels], squares = new double[channels];
        double pixels = 0;
        float[] row = [];
        for (int i = 0; i < used; i++)
        {
            Image image = images[(int)((long)i * images.Count / used)];
            pixels += (double)image.Height * image.Width;
            Span<float> values = GrowingBuffer.Grow(ref row, image.Width * channels);
            for (int y = 0; y < image.Height; y++)
            {
                IntensityScale.Copy(image, y * values.Length, images.Range, values);
                for (int p = 0; p < values.Length; p++)
                {
                    sums[p % channels] += values[p];
                    squares[p % channels] += (double)values[p] * values[p];
                }
            }
        }

        float[] mean = [.. sums.Select(sum => (float)(sum / pixels / 255))];
        float[] deviation =
        [
            .. Enumerable.Range(0, channels).Select(c => (float)Math.Max(
                Math.Sqrt(Math.Max((squares[c] / pixels) - Math.Pow(sums[c] / pixels, 2), 0)) / 255, images.Range.Step)),
        ];
        return new ChannelStatistics(mean, deviation) { Range = images.Range };
    }
}
