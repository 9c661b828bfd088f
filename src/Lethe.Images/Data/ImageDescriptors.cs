using System.Collections.Concurrent;
using System.Numerics;

namespace Lethe.Data;

/// <summary>
/// A small picture of each image, to see which images are nearly equal: brightness on 16 × 16 overlapping cells, colour on 4 × 4. Whole
/// numbers throughout, so that every machine finds the same.
/// <para>
/// Two images are nearly equal where the brightness of one explains that of the other but for a share of <see cref="MostUnexplained"/> of
/// its variance and a few levels, as after another compression, resizing, or a little more light, and where colours agree. An image with
/// nearly no variance (a flat one) is nearly equal to none: noise would decide.
/// </para>
/// </summary>
/// <param name="count">How many images there are.</param>
internal sealed class ImageDescriptors(int count)
{
    private const int Side = 16, Cells = Side * Side, CodeSide = 8, ColourSide = 4, Colours = 2 * ColourSide * ColourSide;
    private const int Unit = 16; // of a level

    // Chosen on half of the classes of CIFAR-10; what they give on others is in docs/data.md.
    private const double MostUnexplained = 0.02;
    private const double MostResidual = 4.5; // levels, root mean square
    private const double LeastDeviation = 3; // levels
    private const double MostColour = 8; // levels, root mean square
    private const double MostGain = 1.25;
    private const int MostBits = 8;
    private const int MostMean = 20; // levels

    private static readonly ConcurrentDictionary<int, (int From, int[] Weights, long Sum)[]> known = [];

    private readonly ulong[] codes = new ulong[count];
    private readonly short[] light = new short[count * Cells];
    private readonly short[] colour = new short[count * Colours];
    private readonly long[] sums = new long[count];
    private readonly long[] variances = new long[count];

    /// <summary>Describes an image. Different images may be described at once.</summary>
    public void Set(int index, Image image)
    {
        if (image.Samples != SampleType.UInt8)
            image = Stretched(image);
        int channels = image.Channels;
        int[] planes = new int[channels * Cells];
        Shrink(image, planes);
        Span<short> own = light.AsSpan(index * Cells, Cells), tints = colour.AsSpan(index * Colours, Colours);
        for (int i = 0; i < Cells; i++)
        {
            int all = 0;
            for (int c = 0; c < channels; c++)
                all += planes[(c * Cells) + i];
            own[i] = (short)(channels == 3
                ? ((299 * planes[i]) + (587 * planes[Cells + i]) + (114 * planes[(2 * Cells) + i]) + 500) / 1000
                : all / channels);
        }

        if (channels == 3)
        {
            const int Block = Side / ColourSide;
            for (int i = 0; i < Cells; i++)
            {
                int cell = (i / Side / Block * ColourSide) + (i % Side / Block);
                tints[cell] += (short)((planes[i] - own[i]) / (Block * Block));
                tints[(Colours / 2) + cell] += (short)((planes[(2 * Cells) + i] - own[i]) / (Block * Block));
            }
        }

        long sum = 0, squares = 0;
        foreach (short value in own)
        {
            sum += value;
            squares += value * value;
        }

        (sums[index], variances[index]) = (sum, (Cells * squares) - (sum * sum));
        codes[index] = CodeOf(own);
    }

    /// <summary>Joins images that are nearly equal.</summary>
    /// <param name="joined">The sets; images that are in one already are not compared.</param>
    /// <param name="items">The images to compare.</param>
    /// <param name="cancel">Stops it.</param>
    public void Join(DisjointSets joined, IEnumerable<int> items, CancellationToken cancel)
    {
        // By brightness, so that only those of nearly the same are compared.
        int[] order = [.. items.Where(IsNotFlat).OrderBy(i => sums[i]).ThenBy(i => i)];
        long[] means = [.. order.Select(i => sums[i])];
        ulong[] ordered = [.. order.Select(i => codes[i])];
        const long Window = (long)MostMean * Unit * Cells;
        var held = new Lock();
        Parallel.For(0, order.Length, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            ulong own = ordered[i];
            long most = means[i] + Window;
            for (int j = i + 1; j < ordered.Length && means[j] <= most; j++)
            {
                if (BitOperations.PopCount(own ^ ordered[j]) > MostBits)
                    continue;
                lock (held)
                {
                    if (joined.Find(order[i]) == joined.Find(order[j]))
                        continue;
                }

                if (!AreNear(order[i], order[j]))
                    continue;
                lock (held)
                    joined.Join(order[i], order[j]);
            }
        });
    }

    private bool IsNotFlat(int index) =>
        variances[index] >= (long)(LeastDeviation * LeastDeviation * Unit * Unit) * Cells * Cells;

    private bool AreNear(int one, int other)
    {
        double ratio = (double)variances[one] / variances[other];
        if (ratio is > MostGain * MostGain or < 1 / (MostGain * MostGain))
            return false;
        long squares = 0;
        for (int i = 0; i < Colours; i++)
        {
            int difference = colour[(one * Colours) + i] - colour[(other * Colours) + i];
            squares += difference * difference;
        }

        if (squares > MostColour * MostColour * Unit * Unit * Colours)
            return false;
        ReadOnlySpan<short> a = light.AsSpan(one * Cells, Cells), b = light.AsSpan(other * Cells, Cells);
        long products = 0;
        for (int i = 0; i < Cells; i++)
            products += a[i] * b[i];
        double shared = (Cells * products) - (sums[one] * sums[other]);
        double unexplained = 1 - (shared / variances[one] * (shared / variances[other]));
        return shared > 0 && unexplained <= MostUnexplained
            && unexplained * Math.Min(variances[one], variances[other]) <= MostResidual * MostResidual * Unit * Unit * Cells * Cells;
    }

    // One bit for each of 8 × 8 cells: brighter than their mean. The median would fall into the white of many a drawing.
    private static ulong CodeOf(ReadOnlySpan<short> cells)
    {
        const int Step = Side / CodeSide;
        Span<int> coarse = stackalloc int[CodeSide * CodeSide];
        coarse.Clear();
        int all = 0;
        for (int i = 0; i < Cells; i++)
        {
            coarse[(i / Side / Step * CodeSide) + (i % Side / Step)] += cells[i];
            all += cells[i];
        }

        ulong code = 0;
        for (int i = 0; i < coarse.Length; i++)
            code |= coarse[i] * coarse.Length > all ? 1UL << i : 0;
        return code;
    }

    // Deep samples rarely fill their type: what an image has of it is spread over the levels of a byte.
    private static Image Stretched(Image image)
    {
        (double low, double high) = ImageFacts.Range(image);
        double scale = high > low ? 255 / (high - low) : 0;
        byte[] levels = new byte[image.Height * image.Width * image.Channels];
        for (int i = 0; i < levels.Length; i++)
        {
            double value = (ImageFacts.Sample(image, i) - low) * scale;
            levels[i] = double.IsNaN(value) ? (byte)0 : (byte)Math.Clamp(Math.Round(value), 0, 255);
        }

        return new Image(levels, image.Height, image.Width, image.Channels);
    }

    // A triangle over each cell and half of its neighbours: high frequencies, which compression and resizing change, are left out.
    private static void Shrink(Image image, int[] planes)
    {
        (int height, int width, int channels) = (image.Height, image.Width, image.Channels);
        (int From, int[] Weights, long Sum)[] across = WeightsOf(width), down = WeightsOf(height);
        ReadOnlySpan<byte> pixels = image.Pixels.Span;
        int[] rows = new int[height * Side * channels];
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> line = pixels.Slice(y * width * channels, width * channels);
            for (int x = 0; x < Side; x++)
            {
                (int from, int[] weights, long sum) = across[x];
                for (int c = 0; c < channels; c++)
                {
                    long value = 0;
                    for (int k = 0, at = (from * channels) + c; k < weights.Length; k++, at += channels)
                        value += (long)weights[k] * line[at];
                    rows[(((y * Side) + x) * channels) + c] = (int)(((value << 8) + (sum / 2)) / sum);
                }
            }
        }

        for (int y = 0; y < Side; y++)
        {
            (int from, int[] weights, long sum) = down[y];
            for (int x = 0; x < Side; x++)
            {
                for (int c = 0; c < channels; c++)
                {
                    long value = 0;
                    for (int k = 0; k < weights.Length; k++)
                        value += (long)weights[k] * rows[((((from + k) * Side) + x) * channels) + c];
                    planes[(c * Cells) + (y * Side) + x] = (int)(value / sum) * Unit >> 8;
                }
            }
        }
    }

    private static (int From, int[] Weights, long Sum)[] WeightsOf(int length) => known.GetOrAdd(length, Weights);

    private static (int From, int[] Weights, long Sum)[] Weights(int length)
    {
        int support = 2 * Math.Max(length, Side);
        var all = new (int, int[], long)[Side];
        for (int cell = 0; cell < Side; cell++)
        {
            int centre = ((2 * cell) + 1) * length;
            int[] weights = [.. Enumerable.Range(0, length).Select(x => Math.Max(0, support - Math.Abs((((2 * x) + 1) * Side) - centre)))];
            int from = Array.FindIndex(weights, weight => weight > 0), to = Array.FindLastIndex(weights, weight => weight > 0);
            weights = weights[from..(to + 1)];
            all[cell] = (from, weights, weights.Sum(weight => (long)weight));
        }

        return all;
    }
}
