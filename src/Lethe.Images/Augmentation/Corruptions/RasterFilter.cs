namespace Lethe.Augmentation.Corruptions;

/// <summary>Filters of several corruptions.</summary>
internal static class RasterFilter
{
    /// <summary>Gaussian blur with weights out to <paramref name="truncate"/> deviations.</summary>
    public static Raster Gaussian(Raster image, double sigma, double truncate, Func<int, int, int> fold)
    {
        int radius = (int)((truncate * sigma) + 0.5);
        if (radius == 0)
            return image;
        double[] weights = [.. Enumerable.Range(-radius, (2 * radius) + 1).Select(k => Math.Exp(-0.5 * k * k / (sigma * sigma)))];
        double sum = weights.Sum();
        for (int k = 0; k < weights.Length; k++)
            weights[k] /= sum;
        (int, int, double)[] along =
            [.. weights.Select((weight, k) => (0, k - radius, weight))], down = [.. weights.Select((weight, k) => (k - radius, 0, weight))];
        return Weigh(Weigh(image, along, fold), down, fold);
    }

    /// <summary>Each pixel becomes the weighted sum of the pixels at some offsets from it.</summary>
    public static Raster Weigh(Raster image, ReadOnlySpan<(int Down, int Right, double Weight)> taps, Func<int, int, int> fold)
    {
        var result = new Raster(image.Height, image.Width, image.Channels);
        int length = image.Width * image.Channels;
        foreach ((int down, int right, double weight) in taps)
        {
            int[] columns = [.. Enumerable.Range(0, image.Width).Select(column => fold(column + right, image.Width) * image.Channels)];
            for (int row = 0; row < image.Height; row++)
            {
                ReadOnlySpan<double> from = image.Values.AsSpan(fold(row + down, image.Height) * length, length);
                Span<double> to = result.Values.AsSpan(row * length, length);
                int at = 0;
                foreach (int column in columns)
                {
                    for (int channel = 0; channel < image.Channels; channel++)
                        to[at++] += weight * from[column + channel];
                }
            }
        }

        return result;
    }

    /// <summary>Motion in one direction: one half of a Gaussian, whole pixels along a line, the border going on outside.</summary>
    /// <param name="image">The image.</param>
    /// <param name="radius">The line is 2 · radius + 1 pixels long.</param>
    /// <param name="sigma">Deviation of the Gaussian, in pixels.</param>
    /// <param name="degrees">Of the line, clockwise from the right.</param>
    public static Raster Motion(Raster image, double radius, double sigma, double degrees)
    {
        int length = (2 * (int)Math.Ceiling(radius)) + 1;
        double[] weights = [.. Enumerable.Range(0, length).Select(k => Math.Exp(-0.5 * k * k / (sigma * sigma)))];
        double sum = weights.Sum();
        (double sine, double cosine) = Math.SinCos(degrees * Math.PI / 180);
        return Weigh(
            image,
            [.. weights.Select((weight, k) => ((int)Math.Ceiling((k * sine) - 0.5), (int)Math.Ceiling((k * cosine) - 0.5), weight / sum))],
            Border.Nearest);
    }

    /// <summary>The middle of an image enlarged to the whole of it, bilinear; outermost pixels go to outermost pixels.</summary>
    public static Raster ZoomIn(Raster image, double factor)
    {
        (int top, int cropHeight, double rowStep, int trimTop) = Axis(image.Height, factor);
        (int left, int cropWidth, double columnStep, int trimLeft) = Axis(image.Width, factor);
        return Raster.Of(image.Height, image.Width, image.Channels, (row, column, channel) => image.Sample(
            top + Math.Min((row + trimTop) * rowStep, cropHeight - 1), left + Math.Min(
                (column + trimLeft) * columnStep, cropWidth - 1), channel, Border.Nearest));
    }

    /// <summary>Luma of ITU-R BT.601; a grey value itself.</summary>
    public static double Luma(Raster image, int row, int column) => image.Channels == 1
        ? image[row, column, 0]
        : (0.299 * image[row, column, 0]) + (0.587 * image[row, column, 1]) + (0.114 * image[row, column, 2]);

    private static (int From, int Crop, double Step, int Trim) Axis(int count, double factor)
    {
        int crop = (int)Math.Ceiling(count / factor), enlarged = (int)Math.Round(crop * factor);
        return ((count - crop) / 2, crop, (crop - 1.0) / (enlarged - 1), (enlarged - count) / 2);
    }
}
