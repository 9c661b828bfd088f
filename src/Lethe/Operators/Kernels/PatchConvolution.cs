using System.Runtime.Intrinsics;

namespace Lethe.Operators.Kernels;

/// <summary>
/// Convolutions of any taps and stride as products of matrices: the pixels that an output is made of are laid out in a row (a patch), for some outputs at a time. For the gradient with
/// respect to the input, pixels that the same taps reach are taken together, so that none is multiplied by a zero.
/// </summary>
/// <param name="taps">K, down and across.</param>
/// <param name="stride">Pixels from an output to the next, down and across.</param>
/// <param name="padding">Zeros around the map.</param>
internal sealed unsafe class PatchConvolution(int taps, int stride, int padding) : ConvolutionKernel
{
    private const int Block = 48; // outputs at a time, a multiple of the product's six

    // Of the thread that calls: weights in panels, or the sums of their gradient.
    [ThreadStatic]
    private static NativeBuffer? weightMemory;

    /// <summary>Whether it can be done here, and is likely to be faster than by torch: where there is a stride.</summary>
    /// <param name="stride">Pixels from an output to the next.</param>
    /// <param name="from">Channels that go in.</param>
    /// <param name="to">Channels that come out.</param>
    /// <returns>Whether it pays.</returns>
    public static bool Pays(int stride, int from, int to) => MatrixTile.IsSupported && stride > 1 && from % ChannelStep == 0 && to % ChannelStep == 0;

    /// <inheritdoc/>
    public override MapShape Output(MapShape input) => new(input.Images, Side(input.Height), Side(input.Width));

    /// <inheritdoc/>
    public override void Forward(MapShape shape, float* input, int from, float* weight, float* bias, float* output, int to)
    {
        (int Down, int Across)[] all = [.. from tap in Enumerable.Range(0, taps * taps) select (tap / taps, tap % taps)];
        Product(shape, input, from, Output(shape), stride, [.. all.Select(tap => (tap.Down - padding, tap.Across - padding))], (depth, column) =>
        {
            (int tap, int c) = Math.DivRem(depth, from);
            return weight[((nint)column * from + c) * taps * taps + tap];
        }, bias, output, to, place => place);
    }

    /// <inheritdoc/>
    public override void InputGradient(MapShape shape, float* gradient, int to, float* weight, float* output, int from)
    {
        MapShape outputs = Output(shape);
        for (int down = 0; down < Math.Min(stride, shape.Height); down++)
        {
            for (int across = 0; across < Math.Min(stride, shape.Width); across++)
            {
                // Pixels (down + stride·i, across + stride·j): a tap reaches them from output i + shift if the shift is whole.
                (int Tap, int Down, int Across)[] reached =
                [
                    .. from tap in Enumerable.Range(0, taps * taps)
                       let y = down + padding - tap / taps
                       let x = across + padding - tap % taps
                       where y % stride == 0 && x % stride == 0
                       orderby y, x
                       select (tap, y / stride, x / stride),
                ];
                var places = new MapShape(shape.Images, (shape.Height - down + stride - 1) / stride, (shape.Width - across + stride - 1) / stride);
                (int firstDown, int firstAcross) = (down, across);
                Product(outputs, gradient, to, places, 1, [.. reached.Select(tap => (tap.Down, tap.Across))], (depth, column) =>
                {
                    (int tap, int c) = Math.DivRem(depth, to);
                    return weight[((nint)c * from + column) * taps * taps + reached[tap].Tap];
                }, null, output, from, place =>
                {
                    (int image, int y, int x) = Locate(places, place);
                    return (image * shape.Height + firstDown + stride * y) * shape.Width + firstAcross + stride * x;
                });
            }
        }
    }

    /// <inheritdoc/>
    public override void WeightGradient(MapShape shape, float* input, int from, float* gradient, int to, float* weight)
    {
        MapShape outputs = Output(shape);
        (int Down, int Across)[] shifts = [.. from tap in Enumerable.Range(0, taps * taps) select (tap / taps - padding, tap % taps - padding)];
        int depth = shifts.Length * from, pixels = outputs.Images * outputs.Height * outputs.Width, blocks = (pixels + Block - 1) / Block;
        nint sum = (nint)depth * to;
        SumDivision division = SumDivision.Of(blocks, sum, to);
        float* sums = (weightMemory ??= new NativeBuffer()).Take(division.Parts * sum);
        int columns = to / division.Shares;
        ThreadTeam.For(division.Items, (nint)Block * depth, (item, patches) =>
        {
            (int part, int share) = Math.DivRem(item, division.Shares);
            (int begin, int end) = division.Blocks(part, blocks);
            for (int b = begin; b < end; b++)
            {
                int first = b * Block, count = Math.Min(Block, pixels - first);
                Gather(shape, input, from, outputs, stride, shifts, first, count, patches);
                for (int j = share * columns; j < (share + 1) * columns; j += MatrixTile.Columns)
                    MatrixTile.TransposedProduct(patches, depth, depth, gradient + (nint)first * to + j, to, count, sums + part * sum + j, to, add: b > begin);
            }
        });
        ThreadTeam.For(from, 0, (c, _) =>
        {
            for (int column = 0; column < to; column++)
            {
                for (int tap = 0; tap < shifts.Length; tap++)
                {
                    float* at = sums + (nint)(tap * from + c) * to + column;
                    float total = *at;
                    for (int part = 1; part < division.Parts; part++)
                        total += at[part * sum];
                    weight[((nint)column * from + c) * shifts.Length + tap] = total;
                }
            }
        });
    }

    private delegate float Weight(int depth, int column);

    /// <summary>Rows of patches times weights, each to a place of the output.</summary>
    private static void Product(
        MapShape shape, float* input, int from, MapShape places, int step, (int Down, int Across)[] shifts, Weight weight, float* bias, float* output, int to, Func<int, int> pixel)
    {
        int depth = shifts.Length * from, count = places.Images * places.Height * places.Width;
        float* panels = (weightMemory ??= new NativeBuffer()).Take((nint)depth * to);
        ThreadTeam.For(to / MatrixTile.Columns, 0, (panel, _) =>
        {
            float* at = panels + (nint)panel * depth * MatrixTile.Columns;
            for (int k = 0; k < depth; k++)
            {
                for (int j = 0; j < MatrixTile.Columns; j++)
                    *at++ = weight(k, panel * MatrixTile.Columns + j);
            }
        });
        ThreadTeam.For((count + Block - 1) / Block, (nint)Block * (depth + to), (item, patches) =>
        {
            float* products = patches + (nint)Block * depth;
            int first = item * Block, rows = Math.Min(Block, count - first);
            Gather(shape, input, from, places, step, shifts, first, rows, patches);
            Multiply(patches, rows, panels, depth, products, to);
            for (int t = 0; t < rows; t++)
                Finish(products + t * to, bias, output + (nint)pixel(first + t) * to, to);
        });
    }

    private static void Multiply(float* patches, int rows, float* panels, nint depth, float* products, nint to)
    {
        for (nint j = 0; j < to; j += MatrixTile.Columns)
        {
            // Rows after the last are in the scratch too: what comes out of them is not looked at.
            for (nint t = 0; t < rows; t += 6)
                MatrixTile.Product6(patches + t * depth, depth, 1, panels + j * depth, MatrixTile.Columns, depth, products + t * to + j, to, add: false);
        }
    }

    private static void Finish(float* product, float* bias, float* output, int channels)
    {
        for (int j = 0; j < channels; j += Vector256<float>.Count)
        {
            Vector256<float> value = Vector256.Load(product + j);
            (bias is null ? value : value + Vector256.Load(bias + j)).Store(output + j);
        }
    }

    /// <summary>The pixels that some places are made of: those at (step·y, step·x) shifted, zeros outside.</summary>
    private static void Gather(MapShape shape, float* input, int channels, MapShape places, int step, (int Down, int Across)[] shifts, int first, int count, float* patches)
    {
        (int image, int y, int x) = Locate(places, first);
        for (int t = 0; t < count; t++)
        {
            for (int tap = 0, run; tap < shifts.Length; tap += run, patches += run * channels)
            {
                // Neighbours of a row lie together.
                (int row, int column) = (step * y + shifts[tap].Down, step * x + shifts[tap].Across);
                run = 1;
                while (tap + run < shifts.Length && shifts[tap + run] == (shifts[tap].Down, shifts[tap].Across + run))
                    run++;
                float* source = input + (((nint)image * shape.Height + row) * shape.Width + column) * channels;
                if ((uint)row < (uint)shape.Height && column >= 0 && column + run <= shape.Width)
                {
                    new ReadOnlySpan<float>(source, run * channels).CopyTo(new Span<float>(patches, run * channels));
                    continue;
                }

                for (int k = 0; k < run; k++)
                {
                    var patch = new Span<float>(patches + k * channels, channels);
                    if ((uint)row < (uint)shape.Height && (uint)(column + k) < (uint)shape.Width)
                        new ReadOnlySpan<float>(source + k * channels, channels).CopyTo(patch);
                    else
                        patch.Clear();
                }
            }

            if (++x < places.Width)
                continue;
            x = 0;
            if (++y < places.Height)
                continue;
            y = 0;
            image++;
        }
    }

    private static (int Image, int Row, int Column) Locate(MapShape shape, int pixel)
    {
        (int rows, int column) = Math.DivRem(pixel, shape.Width);
        (int image, int row) = Math.DivRem(rows, shape.Height);
        return (image, row, column);
    }

    private int Side(int side) => (side + 2 * padding - taps) / stride + 1;
}
