namespace Lethe.Augmentation.Corruptions;

/// <summary>
/// What JPEG (ITU-T T.81) does to an image: luma and colour differences, the latter at half the resolution, cosine transform of 8 · 8
/// blocks, coefficients rounded to multiples of the quantisation tables of annex K, scaled by quality as libjpeg scales them, and all that
/// back. Entropy coding loses nothing and is left out. Colour differences are enlarged with libjpeg's triangle filter; differences to it
/// are a level or two, by its whole-numbered transform.
/// </summary>
internal static class JpegLoss
{
    private const int Block = 8;

    private static readonly int[] lumaTable =
    [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100,
        103, 99,
    ];

    private static readonly int[] chromaTable =
    [
        17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    ];

    // cosines[k, i] = c_k cos((2i + 1) k π / 16): the orthonormal transform of eight numbers.
    private static readonly double[,] cosines = Cosines();

    /// <summary>Stores and reads an image.</summary>
    /// <param name="image">Grey or colour.</param>
    /// <param name="quality">1 to 100.</param>
    public static Raster Apply(Raster image, int quality)
    {
        int height = image.Height, width = image.Width;
        if (image.Channels == 1)
            return Store(
                Raster.Of(height, width, 1, (row, column, _) => 255 * image[row, column, 0]), lumaTable, quality, height, width, 1.0 / 255);
        double Part(int row, int column, double red, double green, double blue) =>
            Math.Round(255 * ((red * image[row, column, 0]) + (green * image[row, column, 1]) + (blue * image[row, column, 2])));
        Raster luma = Store(
            Raster.Of(height, width, 1, (row, column, _) => Part(row, column, 0.299, 0.587, 0.114)), lumaTable, quality, height, width);
        Raster blue = Chroma((row, column) => 128 + Part(row, column, -0.168736, -0.331264, 0.5)),
            red = Chroma((row, column) => 128 + Part(row, column, 0.5, -0.418688, -0.081312));
        return Raster.Of(height, width, 3, (row, column, channel) =>
        {
            double y = luma[row, column, 0], cb = blue[row, column, 0] - 128, cr = red[row, column, 0] - 128;
            double value = channel == 0 ? y + (1.402 * cr) : channel == 1 ? y - (0.344136 * cb) - (0.714136 * cr) : y + (1.772 * cb);
            return value / 255;
        });

        Raster Chroma(Func<int, int, double> part)
        {
            int halfHeight = (height + 1) / 2, halfWidth = (width + 1) / 2;

            // Sums of four are halved downwards and upwards in turn, so that the mean does not drift.
            Raster half = Raster.Of(halfHeight, halfWidth, 1, (row, column, _) =>
            {
                int bottom = Math.Min((2 * row) + 1, height - 1), right = Math.Min((2 * column) + 1, width - 1);
                double sum = part(2 * row, 2 * column) + part(2 * row, right) + part(bottom, 2 * column) + part(bottom, right);
                return Math.Floor((sum + 1 + (column % 2)) / 4);
            });
            Raster stored = Store(half, chromaTable, quality, halfHeight, halfWidth);
            return Raster.Of(height, width, 1, (row, column, _) => stored.Sample((row - 0.5) / 2, (column - 0.5) / 2, 0, Border.Nearest));
        }
    }

    /// <summary>A plane of 0 to 255 through transform and rounding, times <paramref name="unit"/>.</summary>
    private static Raster Store(Raster plane, int[] table, int quality, int height, int width, double unit = 1)
    {
        int scale = quality < 50 ? 5000 / quality : 200 - (2 * quality);
        double[] steps = [.. table.Select(entry => (double)Math.Clamp(((entry * scale) + 50) / 100, 1, 255))];
        var result = new Raster(height, width, 1);
        Span<double> block = stackalloc double[Block * Block];
        for (int top = 0; top < height; top += Block)
        {
            for (int left = 0; left < width; left += Block)
            {
                // Beyond the border the outermost pixels go on.
                for (int i = 0; i < block.Length; i++)
                    block[i] = plane[Math.Min(top + (i / Block), height - 1), Math.Min(left + (i % Block), width - 1), 0] - 128;
                Transform(block, forward: true);
                for (int i = 0; i < block.Length; i++)
                    block[i] = Math.Round(block[i] / steps[i], MidpointRounding.AwayFromZero) * steps[i];
                Transform(block, forward: false);
                for (int i = 0; i < block.Length; i++)
                {
                    if (top + (i / Block) < height && left + (i % Block) < width)
                        result[top + (i / Block), left + (i % Block), 0] = unit * Math.Clamp(Math.Round(block[i] + 128), 0, 255);
                }
            }
        }

        return result;
    }

    /// <summary>C X Cᵀ, or back.</summary>
    private static void Transform(Span<double> block, bool forward)
    {
        Span<double> half = stackalloc double[Block * Block];
        for (int pass = 0; pass < 2; pass++)
        {
            // Each pass transforms the columns and turns the block over, so that two do both directions.
            for (int k = 0; k < Block; k++)
            {
                for (int column = 0; column < Block; column++)
                {
                    double sum = 0;
                    for (int i = 0; i < Block; i++)
                        sum += (forward ? cosines[k, i] : cosines[i, k]) * block[(i * Block) + column];
                    half[(column * Block) + k] = sum;
                }
            }

            half.CopyTo(block);
        }
    }

    private static double[,] Cosines()
    {
        var table = new double[Block, Block];
        for (int k = 0; k < Block; k++)
        {
            for (int i = 0; i < Block; i++)
                table[k, i] = Math.Sqrt(k == 0 ? 0.125 : 0.25) * Math.Cos(((2 * i) + 1) * k * Math.PI / 16);
        }

        return table;
    }
}
