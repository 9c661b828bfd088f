namespace Lethe.Augmentation.Corruptions;

/// <summary>
/// Resampling with a box filter, as Pillow's BOX: a pixel of the result is the mean of those whose centres lie within it, or a copy of the
/// nearest where it is smaller than they are.
/// </summary>
internal static class BoxResample
{
    public static Raster To(Raster image, int height, int width)
    {
        (int From, int To)[] rows = Spans(image.Height, height), columns = Spans(image.Width, width);
        return Raster.Of(height, width, image.Channels, (row, column, channel) =>
        {
            double sum = 0;
            for (int y = rows[row].From; y < rows[row].To; y++)
            {
                for (int x = columns[column].From; x < columns[column].To; x++)
                    sum += image[y, x, channel];
            }

            return sum / ((rows[row].To - rows[row].From) * (columns[column].To - columns[column].From));
        });
    }

    private static (int From, int To)[] Spans(int source, int target)
    {
        double scale = (double)source / target, support = Math.Max(scale, 1) / 2;
        return
        [
            .. Enumerable.Range(0, target).Select(i =>
            {
                // Of the pixels whose centres lie in (centre − support, centre + support].
                double centre = (i + 0.5) * scale;
                int from = Math.Max(0, (int)Math.Floor(centre - support - 0.5) + 1),
                    to = Math.Min(source, (int)Math.Floor(centre + support - 0.5) + 1);
                return (from, to);
            }),
        ];
    }
}
