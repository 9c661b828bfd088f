namespace Lethe.Data;

/// <summary>Makes images smaller with a triangle filter as wide as the reduction, so that fine structure does not alias.</summary>
internal static class Reduction
{
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
        ReadOnlySpan<byte> source = image.Pixels.Span;
        int channels = image.Channels;
        int rowLength = image.Width * channels;
        (int From, float[] Weights)[] rows = Filter(image.Height, height);
        (int From, float[] Weights)[] columns = Filter(image.Width, width);
        byte[] result = new byte[height * width * channels];
        float[] mixed = new float[rowLength];
        for (int y = 0; y < height; y++)
        {
            Array.Clear(mixed);
            for (int k = 0; k < rows[y].Weights.Length; k++)
            {
                float weight = rows[y].Weights[k];
                ReadOnlySpan<byte> row = source.Slice((rows[y].From + k) * rowLength, rowLength);
                for (int x = 0; x < row.Length; x++)
                {
                    mixed[x] += weight * row[x];
                }
            }

            Span<byte> output = result.AsSpan(y * width * channels, width * channels);
            for (int x = 0; x < width; x++)
            {
                (int from, float[] weights) = columns[x];
                for (int c = 0; c < channels; c++)
                {
                    float sum = 0.5f;
                    for (int k = 0; k < weights.Length; k++)
                    {
                        sum += weights[k] * mixed[(from + k) * channels + c];
                    }

                    output[x * channels + c] = (byte)Math.Min(sum, 255f);
                }
            }
        }

        return new Image(result, height, width, channels);
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
