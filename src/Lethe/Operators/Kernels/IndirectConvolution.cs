using System.Runtime.InteropServices;
using Lethe.Numerics;

namespace Lethe.Operators.Kernels;

/// <summary>
/// Convolutions of any taps, stride and channels as products of matrices whose rows are read where the pixels lie: a pixel's taps in one
/// row of the map are one run of numbers, and only runs that reach over the edge are copied (Dukhan 2019, The Indirect Convolution
/// Algorithm, 1907.02129). For the gradient with respect to the input, pixels that the same taps reach are taken together, so that none is
/// multiplied by a zero.
/// </summary>
/// <param name="taps">K, down and across.</param>
/// <param name="stride">Pixels from an output to the next, down and across.</param>
/// <param name="padding">Zeros around the map.</param>
/// <typeparam name="TLane">The vectors.</typeparam>
internal sealed unsafe class IndirectConvolution<TLane>(int taps, int stride, int padding) : ConvolutionKernel
    where TLane : struct, ILane<TLane>
{
    // Places at a time, a multiple of the product's rows. A sum over pixels takes more, since it reads and writes all sums for each block.
    private const int Block = 96;
    private const int SumBlock = 192;
    private const int SumRows = 252;

    // Depth at a time: that much of a panel of weights stays in the nearest cache.
    private const int Depth = 256;

    // Shorter runs are copied to lie in one.
    private const int LeastRun = 64;

    // Of the thread that calls: weights in panels, or the sums of their gradient.
    [ThreadStatic]
    private static NativeBuffer? weightMemory;

    private const int Rows = MatrixTile<TLane>.Rows;

    private static int Columns => MatrixTile<TLane>.Columns;

    /// <inheritdoc/>
    public override MapShape Output(MapShape input) => new(input.Images, Side(input.Height), Side(input.Width));

    /// <inheritdoc/>
    public override void Forward(MapShape shape, float* input, int from, float* weight, float* bias, float* output, int to)
    {
        MapShape places = Output(shape);
        int[] all = [.. Enumerable.Range(0, taps * taps)];
        nint depth = (nint)all.Length * from;
        float* panels = WeightMemory(depth * Whole(to), depth, out float* zeros);
        Pack(weight, all, from, all.Length, to, (int)depth, panels);
        var source = new Source(shape, input, from, places, stride, new Window(-padding, -padding, taps, taps), zeros);
        Multiply(source, panels, bias, to, new Target(output, places, 0, 0, 1));
    }

    /// <inheritdoc/>
    public override void InputGradient(MapShape shape, float* gradient, int to, float* weight, float* output, int from)
    {
        int all = taps * taps;
        if (taps < stride)
            NativeMemory.Clear(output, (nuint)shape.Pixels * (nuint)from * sizeof(float));
        for (int down = 0; down < Math.Min(stride, shape.Height); down++)
        {
            for (int across = 0; across < Math.Min(stride, shape.Width); across++)
            {
                // Pixels (down + stride·i, across + stride·j): a tap reaches them from output i + shift if the shift is whole.
                (int top, int[] rows) = Reached(down);
                (int left, int[] columns) = Reached(across);
                if (rows.Length == 0 || columns.Length == 0)
                    continue;
                var places = new MapShape(
                    shape.Images, (shape.Height - down + stride - 1) / stride, (shape.Width - across + stride - 1) / stride);
                int[] reached = [.. from row in rows from column in columns select row * taps + column];
                nint depth = (nint)reached.Length * to;
                float* panels = WeightMemory(depth * Whole(from), depth, out float* zeros);
                Pack(weight, reached, to, from * all, from, all, panels);
                var source = new Source(Output(shape), gradient, to, places, 1, new Window(top, left, rows.Length, columns.Length), zeros);
                Multiply(source, panels, null, from, new Target(output, shape, down, across, stride));
            }
        }
    }

    /// <inheritdoc/>
    public override void WeightGradient(MapShape shape, float* input, int from, float* gradient, int to, float* weight)
    {
        MapShape places = Output(shape);
        int all = taps * taps, depth = all * from, width = Whole(to), blocks = (places.Pixels + SumBlock - 1) / SumBlock;
        var shapeOfRuns = new Source(shape, input, from, places, stride, new Window(-padding, -padding, taps, taps), null);
        int rows = (shapeOfRuns.Length + Rows - 1) / Rows * Rows;
        nint sum = (nint)shapeOfRuns.Runs * rows * width;
        SumDivision division = SumDivision.Of(blocks, sum, width, Columns);
        float* sums = WeightMemory(division.Parts * sum, depth, out float* zeros);
        Source source = shapeOfRuns with { Zeros = zeros };
        int columns = width / division.Shares;
        ThreadTeam.For(division.Items, SumBlock * ((nint)depth + SumRows + columns) + TLane.Count, (item, edges) =>
        {
            (int part, int share) = Math.DivRem(item, division.Shares);
            float** runs = stackalloc float*[source.Runs * SumBlock];
            float* g = edges + SumBlock * (nint)depth, x = g + SumBlock * columns;
            (int begin, int end) = division.Blocks(part, blocks);
            for (int b = begin; b < end; b++)
            {
                int first = b * SumBlock, count = Math.Min(SumBlock, places.Pixels - first);
                source.Locate(first, count, SumBlock, runs, edges);
                PackColumns(gradient + (nint)first * to, to, share * columns, columns, count, g);
                for (int run = 0; run < source.Runs; run++)
                {
                    for (int row = 0; row < rows; row += SumRows)
                    {
                        int packed = Math.Min(SumRows, rows - row);
                        PackRows(runs + run * SumBlock, row, source.Length, packed, count, x);
                        float* at = sums + part * sum + ((nint)run * rows + row) * width + share * columns;
                        for (int j = 0; j < columns; j += Columns)
                        {
                            for (int i = 0; i < packed; i += Rows)
                                MatrixTile<TLane>.Transposed6(
                                    x + i * count, Rows, g + j * count, Columns, count, at + i * width + j, width, add: b > begin);
                        }
                    }
                }
            }
        });
        ThreadTeam.For(from, 0, (c, _) =>
        {
            for (int column = 0; column < to; column++)
            {
                for (int tap = 0; tap < all; tap++)
                {
                    (int run, int row) = Math.DivRem(tap * from + c, source.Length);
                    float* at = sums + ((nint)run * rows + row) * width + column;
                    float total = *at;
                    for (int part = 1; part < division.Parts; part++)
                        total += at[part * sum];
                    weight[((nint)column * from + c) * all + tap] = total;
                }
            }
        });
    }

    /// <summary>Runs of pixels times weights, each to a place of the output.</summary>
    private static void Multiply(Source source, float* panels, float* bias, int to, Target target)
    {
        int width = Whole(to), pixels = source.Places.Pixels;
        nint depth = (nint)source.Runs * source.Length;
        bool direct = width == to && bias is null && target.Dense;
        ThreadTeam.For((pixels + Block - 1) / Block, Block * (depth + width), (item, edges) =>
        {
            float** runs = stackalloc float*[source.Runs * Block];
            int first = item * Block, count = Math.Min(Block, pixels - first);
            source.Locate(first, count, Block, runs, edges);

            // A whole block of whole rows needs no copy.
            bool inPlace = direct && count == Block;
            float* products = inPlace ? target.At(new MapWalk(source.Places, first), to) : edges + Block * depth;
            for (int run = 0; run < source.Runs; run++)
            {
                for (int k = 0; k < source.Length; k += Depth)
                {
                    int part = Math.Min(Depth, source.Length - k);
                    for (int j = 0; j < to; j += Columns)
                    {
                        // Rows after the last are in the scratch too: what comes out of them is not looked at.
                        float* panel = panels + j * depth + ((nint)run * source.Length + k) * Columns;
                        for (int t = 0; t < count; t += Rows)
                            MatrixTile<TLane>.Product(
                                runs + run * Block + t, k, panel, part, products + t * width + j, width, add: run + k > 0);
                    }
                }
            }

            if (inPlace)
                return;
            var place = new MapWalk(source.Places, first);
            for (int t = 0; t < count; t++, place.Next())
                Finish(products + t * width, bias, target.At(place, to), to);
        });
    }

    private static void Finish(float* product, float* bias, float* output, int channels)
    {
        int j = 0;
        for (; j + TLane.Count <= channels; j += TLane.Count)
            (bias is null ? TLane.Load(product + j) : TLane.Load(product + j) + TLane.Load(bias + j)).Store(output + j);
        for (; j < channels; j++)
            output[j] = bias is null ? product[j] : product[j] + bias[j];
    }

    /// <summary>Panels of the product's columns, each with its rows one after the other; columns after the last are zero.</summary>
    private static void Pack(float* weight, int[] taps, int channels, int channelStep, int columns, int columnStep, float* panels)
    {
        int width = Columns;
        ThreadTeam.For(Whole(columns) / width, 0, (panel, _) =>
        {
            float* at = panels + (nint)panel * taps.Length * channels * width;
            int first = panel * width, count = Math.Min(width, columns - first);
            foreach (int tap in taps)
            {
                for (int c = 0; c < channels; c++, at += width)
                {
                    float* source = weight + (nint)first * columnStep + (nint)c * channelStep + tap;
                    for (int j = 0; j < width; j++)
                        at[j] = j < count ? source[(nint)j * columnStep] : 0;
                }
            }
        });
    }

    // Panel after panel, each with a row for each pixel; columns after the last are zero.
    private static void PackColumns(float* from, int fromRow, int firstColumn, int columns, int count, float* to)
    {
        for (int j = firstColumn; j < firstColumn + columns; j += Columns)
        {
            int present = Math.Clamp(fromRow - j, 0, Columns);
            float* row = from + j;
            for (int t = 0; t < count; t++, row += fromRow, to += Columns)
            {
                Copy(row, to, present);
                for (int i = present; i < Columns; i++)
                    to[i] = 0;
            }
        }
    }

    // Six numbers of each pixel one after the other, then the next six: at a stride that is a power of two they would share a few lines of
    // the cache.
    private static void PackRows(float** runs, int first, int length, int rows, int count, float* to)
    {
        for (int row = first; row < first + rows; row += Rows)
        {
            bool whole = row + Lane8.Count <= length;
            for (int t = 0; t < count; t++, to += Rows)
            {
                // Two numbers too many are written over by the next pixel's.
                if (whole)
                    Lane8.Load(runs[t] + row).Store(to);
                else
                    CopyRest(runs[t] + row, length - row, to);
            }
        }
    }

    private static void CopyRest(float* from, int count, float* to)
    {
        for (int i = 0; i < Rows; i++)
            to[i] = i < count ? from[i] : 0;
    }

    // Runs are short: a call of the system's copy costs more than they do.
    private static void Copy(float* from, float* to, int count)
    {
        int i = 0;
        for (; i + TLane.Count <= count; i += TLane.Count)
            TLane.Load(from + i).Store(to + i);
        for (; i < count; i++)
            to[i] = from[i];
    }

    private static float* WeightMemory(nint count, nint depth, out float* zeros)
    {
        float* memory = (weightMemory ??= new NativeBuffer()).Take(count + depth);
        zeros = memory + count;
        NativeMemory.Clear(zeros, (nuint)depth * sizeof(float));
        return memory;
    }

    private static int Whole(int columns) => (columns + Columns - 1) / Columns * Columns;

    // The taps of one axis that reach the pixels from here on in steps of the stride, and the output that the first of them comes from.
    private (int First, int[] Taps) Reached(int from)
    {
        int[] reached = [.. Enumerable.Range(0, taps).Where(tap => (from + padding - tap) % stride == 0).Reverse()];
        return (reached.Length == 0 ? 0 : (from + padding - reached[0]) / stride, reached);
    }

    private int Side(int side) => (side + 2 * padding - taps) / stride + 1;

    /// <summary>The taps of a place, relative to it.</summary>
    private readonly record struct Window(int Top, int Left, int Down, int Across);

    /// <summary>Where the products of places go: pixels (Down + Step·i, Across + Step·j) of a map.</summary>
    private readonly struct Target(float* map, MapShape shape, int down, int across, int step)
    {
        public bool Dense => step == 1;

        public float* At(MapWalk place, int channels) =>
            map + (((nint)place.Image * shape.Height + down + step * place.Row) * shape.Width + across + step * place.Column) * channels;
    }

    /// <summary>The pixels that places are made of: windows at (step·y, step·x) of a map, zeros outside of it.</summary>
    private readonly struct Source(MapShape shape, float* map, int channels, MapShape places, int step, Window window, float* zeros)
    {
        public float* Zeros { get; init; } = zeros;

        public MapShape Places { get; } = places;

        /// <summary>Runs of a place.</summary>
        public int Runs { get; } = window.Across * channels < LeastRun ? Math.Min(1, window.Down) : window.Down;

        /// <summary>Numbers of a run.</summary>
        public int Length { get; } =
            window.Across * channels < LeastRun ? window.Down * window.Across * channels : window.Across * channels;

        /// <summary>Finds where runs begin; those that are not in the map as they are, are written to a buffer.</summary>
        /// <param name="first">The first place.</param>
        /// <param name="count">Places.</param>
        /// <param name="row">From the first pointer of a run to that of the next run.</param>
        /// <param name="runs">
        /// Written: for each run, where it begins for each place; up to <paramref name="row"/>, that of the last.
        /// </param>
        /// <param name="edges">Room for all runs of all places.</param>
        public void Locate(int first, int count, int row, float** runs, float* edges)
        {
            var place = new MapWalk(Places, first);
            int run = window.Across * channels;
            bool gathered = Runs < window.Down;
            for (int t = 0; t < count; t++, place.Next())
            {
                int left = step * place.Column + window.Left;
                bool across = left >= 0 && left + window.Across <= shape.Width;
                if (gathered)
                    runs[t] = edges;
                for (int i = 0; i < window.Down; i++)
                {
                    int line = step * place.Row + window.Top + i;
                    float* at = map + (((nint)place.Image * shape.Height + line) * shape.Width + left) * channels;
                    bool down = (uint)line < (uint)shape.Height;
                    if (!gathered)
                        runs[i * row + t] = !down ? Zeros : across ? at : edges;
                    if (!gathered && (!down || across))
                        continue;
                    if (down && across)
                        Copy(at, edges, run);
                    else
                        CopyEdge(at, down, left, edges);
                    edges += run;
                }
            }

            for (int i = 0; i < Runs; i++)
            {
                for (int t = count; t < row; t++)
                    runs[i * row + t] = runs[i * row + count - 1];
            }
        }

        private void CopyEdge(float* at, bool down, int left, float* to)
        {
            for (int j = 0; j < window.Across; j++, at += channels, to += channels)
            {
                if (down && (uint)(left + j) < (uint)shape.Width)
                    Copy(at, to, channels);
                else
                    new Span<float>(to, channels).Clear();
            }
        }
    }
}
