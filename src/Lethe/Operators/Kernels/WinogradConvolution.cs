using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Lethe.Numerics;

namespace Lethe.Operators.Kernels;

/// <summary>
/// Convolutions of 3×3 taps at stride 1 with a border of one zero, by Winograd's algorithm F(4×4, 3×3) (see <see
/// cref="WinogradTransforms{TLane}"/>), over float32 maps in channels-last memory: a quarter of the multiplications of the definition.
/// </summary>
/// <typeparam name="TLane">The vectors.</typeparam>
internal sealed unsafe class WinogradConvolution<TLane> : ConvolutionKernel
    where TLane : struct, ILane<TLane>
{
    // Both transformed sides of a block of tiles stay near the processor; a block is at least so deep that it pays to load the filters for
    // it.
    private const int BlockBytes = 512 << 10;
    private const int LeastBlock = 48;
    private const int MostBlock = 192; // a multiple of the product's rows
    private const int Points = WinogradTransforms<TLane>.Points;

    // Tiles from the one at hand to the one that is fetched.
    private const int Ahead = 2;

    // Whole blocks of rows would start in the same few lines of a cache otherwise.
    private const int Padding = 16;

    // Of the thread that calls: the filters transformed, or the sums of their gradient, then as many zeros as there are channels.
    [ThreadStatic]
    private static NativeBuffer? filterMemory;

    private WinogradConvolution()
    {
    }

    /// <summary>The only one.</summary>
    public static WinogradConvolution<TLane> Instance { get; } = new();

    /// <summary>Whether a convolution can be done here, and is likely to be faster than by its definition.</summary>
    /// <param name="shape">The map.</param>
    /// <param name="from">Channels that go in.</param>
    /// <param name="to">Channels that come out.</param>
    /// <returns>Whether it pays.</returns>
    public static bool Pays(MapShape shape, int from, int to) =>
        from % MatrixTile<TLane>.Columns == 0 && to % MatrixTile<TLane>.Columns == 0 && shape.Filled >= 0.5;

    /// <inheritdoc/>
    public override MapShape Output(MapShape input) => input;

    /// <inheritdoc/>
    public override void Forward(MapShape shape, float* input, int from, float* weight, float* bias, float* output, int to) =>
        Convolve(shape, input, from, weight, transposed: false, bias, output, to);

    /// <inheritdoc/>
    public override void InputGradient(MapShape shape, float* gradient, int to, float* weight, float* output, int from) =>
        Convolve(shape, gradient, to, weight, transposed: true, null, output, from);

    // Transposed: with the taps turned around and the channels' roles exchanged, a weight of [from, to, 3, 3].
    private static void Convolve(MapShape shape, float* input, int from, float* weight, bool transposed, float* bias, float* output, int to)
    {
        nint filters = (nint)from * to + Padding;
        float* u = FilterMemory(Points * filters, Math.Max(from, to), out float* zeros);
        ThreadTeam.For(from, 0, (k, _) => TransformFilters(weight, k, from, to, transposed, u, filters));

        int block = Block(from, to), tiles = shape.Tiles;
        nint row = Row(from), outRow = Row(to), plane = block * row + Padding, outPlane = block * outRow + Padding;
        float* shift = bias is null ? zeros : bias;
        ThreadTeam.For((tiles + block - 1) / block, Points * (plane + outPlane) + to, (item, scratch) =>
        {
            float* v = scratch, m = v + Points * plane, outside = m + Points * outPlane;
            float** pixels = stackalloc float*[36];
            float** rows = stackalloc float*[MostBlock];
            Rows(v, row, block, rows);
            int first = item * block, count = Math.Min(block, tiles - first);
            MapWalk tile = Tile(shape, first), ahead = Tile(shape, first + Ahead);
            for (int t = 0; t < count; t++, tile.Next(), ahead.Next())
            {
                InputPixels(shape, input, from, tile, zeros, pixels);
                Prefetch(shape, input, from, ahead, MapShape.Side + 1);
                WinogradTransforms<TLane>.Input(pixels, from, v + t * row, plane);
            }

            for (int point = 0; point < Points; point++)
            {
                for (int j = 0; j < to; j += MatrixTile<TLane>.Columns)
                {
                    // Rows after the last tile are in the scratch too: what comes out of them is not looked at.
                    for (int t = 0; t < count; t += MatrixTile<TLane>.Rows)
                    {
                        float* filter = u + point * filters + (nint)j * from, product = m + point * outPlane + t * outRow + j;
                        MatrixTile<TLane>.Product(rows + t, point * plane, filter, from, product, outRow, add: false);
                    }
                }
            }

            (tile, ahead) = (Tile(shape, first), Tile(shape, first + Ahead));
            for (int t = 0; t < count; t++, tile.Next(), ahead.Next())
            {
                OutputPixels(shape, output, to, tile, outside, pixels);
                Prefetch(shape, output, to, ahead, MapShape.Side);
                WinogradTransforms<TLane>.Output(m + t * outRow, outPlane, to, shift, pixels);
            }
        });
    }

    /// <inheritdoc/>
    public override void WeightGradient(MapShape shape, float* input, int from, float* gradient, int to, float* weight)
    {
        nint filters = (nint)from * to + Padding, sum = Points * filters;
        int block = Block(from, to), tiles = shape.Tiles, blocks = (tiles + block - 1) / block;
        SumDivision division = SumDivision.Of(blocks, sum, to, MatrixTile<TLane>.Columns);
        int columns = to / division.Shares;
        float* u = FilterMemory(division.Parts * sum, Math.Max(from, to), out float* zeros);
        nint row = Row(from), outRow = Row(columns), plane = block * row + Padding, outPlane = block * outRow + Padding;
        ThreadTeam.For(division.Items, Points * (plane + outPlane), (item, scratch) =>
        {
            (int part, int share) = Math.DivRem(item, division.Shares);
            float* v = scratch, d = v + Points * plane;
            float** pixels = stackalloc float*[36];
            float* own = u + part * sum + share * columns;
            (int begin, int end) = division.Blocks(part, blocks);
            for (int b = begin; b < end; b++)
            {
                int first = b * block, count = Math.Min(block, tiles - first);
                MapWalk tile = Tile(shape, first), ahead = Tile(shape, first + Ahead);
                for (int t = 0; t < count; t++, tile.Next(), ahead.Next())
                {
                    InputPixels(shape, input, from, tile, zeros, pixels);
                    Prefetch(shape, input, from, ahead, MapShape.Side + 1);
                    WinogradTransforms<TLane>.Input(pixels, from, v + t * row, plane);
                    OutputPixels(shape, gradient, to, tile, zeros, pixels, share * columns);
                    Prefetch(shape, gradient, to, ahead, MapShape.Side);
                    WinogradTransforms<TLane>.OutputGradient(pixels, columns, d + t * outRow, outPlane);
                }

                for (int point = 0; point < Points; point++)
                {
                    for (int j = 0; j < columns; j += MatrixTile<TLane>.Columns)
                    {
                        float* gradients = d + point * outPlane + j, sums = own + point * filters + j;
                        MatrixTile<TLane>.TransposedProduct(
                            v + point * plane, row, from, gradients, outRow, count, sums, to, add: b > begin);
                    }
                }
            }
        });
        ThreadTeam.For(from, 0, (k, _) => FinishFilters(u, filters, sum, division.Parts, k, from, to, weight));
    }

    private static void Rows(float* first, nint row, int count, float** rows)
    {
        for (int t = 0; t < count; t++)
            rows[t] = first + t * row;
    }

    private static float* FilterMemory(nint count, int channels, out float* zeros)
    {
        float* memory = (filterMemory ??= new NativeBuffer()).Take(count + channels);
        zeros = memory + count;
        NativeMemory.Clear(zeros, (nuint)channels * sizeof(float));
        return memory;
    }

    // Panels of the product's columns, each with its rows one after the other.
    private static void TransformFilters(float* weight, int k, int from, int to, bool transposed, float* u, nint filters)
    {
        float* taps = stackalloc float[9 * TLane.Count];
        for (int j = 0; j < to; j += TLane.Count)
        {
            for (int lane = 0; lane < TLane.Count; lane++)
            {
                float* source = weight + 9 * (transposed ? (nint)k * to + j + lane : (nint)(j + lane) * from + k);
                for (int tap = 0; tap < 9; tap++)
                    taps[tap * TLane.Count + lane] = source[transposed ? 8 - tap : tap];
            }

            (int panel, int column) = Math.DivRem(j, MatrixTile<TLane>.Columns);
            WinogradTransforms<TLane>.Filter(taps, u + ((nint)panel * from + k) * MatrixTile<TLane>.Columns + column, filters);
        }
    }

    private static void FinishFilters(float* u, nint filters, nint sum, int parts, int k, int from, int to, float* weight)
    {
        float* taps = stackalloc float[9 * TLane.Count];
        for (int j = 0; j < to; j += TLane.Count)
        {
            float* first = u + (nint)k * to + j;
            for (int part = 1; part < parts; part++)
            {
                for (int point = 0; point < Points; point++)
                {
                    float* at = first + point * filters;
                    (TLane.Load(at) + TLane.Load(at + part * sum)).Store(at);
                }
            }

            WinogradTransforms<TLane>.FilterGradient(first, filters, taps);
            for (int lane = 0; lane < TLane.Count; lane++)
            {
                float* to9 = weight + 9 * ((nint)(j + lane) * from + k);
                for (int tap = 0; tap < 9; tap++)
                    to9[tap] = taps[tap * TLane.Count + lane];
            }
        }
    }

    private static int Block(int from, int to) =>
        Math.Clamp(BlockBytes / (Points * sizeof(float) * (from + to)) / 6 * 6, LeastBlock, MostBlock);

    private static MapWalk Tile(MapShape shape, int tile) => new(shape, tile, MapShape.Side);

    private static nint Row(int channels) => channels % 256 == 0 ? channels + Padding : channels;

    /// <summary>Where the 6×6 pixels are that a tile is made from.</summary>
    private static void InputPixels(MapShape shape, float* map, int channels, MapWalk tile, float* outside, float** pixels)
    {
        int top = tile.Row - 1, left = tile.Column - 1;
        float* at = map + (((nint)tile.Image * shape.Height + top) * shape.Width + left) * channels;
        nint line = (nint)shape.Width * channels;
        bool whole = top >= 0 && left >= 0 && top + 6 <= shape.Height && left + 6 <= shape.Width;
        for (int i = 0; i < 6; i++, at += line, pixels += 6)
        {
            if (whole)
            {
                for (int j = 0; j < 6; j++)
                    pixels[j] = at + j * channels;
                continue;
            }

            bool inside = (uint)(top + i) < (uint)shape.Height;
            for (int j = 0; j < 6; j++)
                pixels[j] = inside && (uint)(left + j) < (uint)shape.Width ? at + j * channels : outside;
        }
    }

    /// <summary>Where a tile's 4×4 pixels are, from one of the channels on.</summary>
    private static void OutputPixels(
        MapShape shape, float* map, int channels, MapWalk tile, float* outside, float** pixels, int channel = 0)
    {
        int top = tile.Row, left = tile.Column;
        float* at = map + (((nint)tile.Image * shape.Height + top) * shape.Width + left) * channels + channel;
        nint line = (nint)shape.Width * channels;
        for (int i = 0; i < MapShape.Side; i++, at += line, pixels += MapShape.Side)
        {
            for (int j = 0; j < MapShape.Side; j++)
                pixels[j] = top + i < shape.Height && left + j < shape.Width ? at + j * channels : outside;
        }
    }

    // Tiles jump from row to row, which the processor does not foresee: a thin, large map took half as long again without.
    private static void Prefetch(MapShape shape, float* map, int channels, MapWalk tile, int rows)
    {
        if (tile.Image >= shape.Images)
            return;
        int end = Math.Min(tile.Row + rows, shape.Height);
        nint bytes = (nint)Math.Min(MapShape.Side, shape.Width - tile.Column) * channels * sizeof(float);
        for (int row = tile.Row; row < end; row++)
        {
            byte* at = (byte*)(map + (((nint)tile.Image * shape.Height + row) * shape.Width + tile.Column) * channels);
            for (nint i = 0; i < bytes; i += 64)
                Sse.Prefetch0(at + i);
        }
    }
}
