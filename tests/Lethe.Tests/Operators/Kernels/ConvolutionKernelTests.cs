using Lethe.Numerics;
using Lethe.Operators.Kernels;
using static TorchSharp.torch;

namespace Lethe.Tests.Operators.Kernels;

/// <summary>The kernels against the definition in double precision, computed by loops.</summary>
[Collection(typeof(TorchCollection))]
public unsafe class ConvolutionKernelTests
{
    /// <summary>
    /// Taps, stride, padding, then images, height, width and channels on both sides. Winograd's algorithm is tested too where it can be
    /// had.
    /// </summary>
    public static TheoryData<int, int, int, int, int, int, int, int> Shapes => new()
    {
        { 3, 1, 1, 2, 8, 8, 16, 16 },
        { 3, 1, 1, 3, 7, 5, 16, 48 }, // tiles that the map fills in part
        { 3, 1, 1, 1, 4, 4, 48, 32 },
        { 3, 1, 1, 5, 3, 14, 32, 64 },
        { 3, 1, 1, 30, 12, 12, 16, 16 }, // several blocks, and several parts of the sums
        { 3, 1, 1, 2, 4, 4, 256, 96 }, // padded rows
        { 3, 1, 1, 2, 6, 6, 3, 16 }, // short runs
        { 3, 1, 1, 4, 6, 5, 12, 20 }, // channels that fill no vector
        { 3, 1, 1, 3, 2, 2, 64, 64 }, // more edge than map
        { 3, 1, 1, 2, 4, 4, 300, 33 }, // several depths
        { 3, 1, 0, 2, 5, 6, 8, 8 },
        { 3, 2, 1, 2, 8, 8, 16, 32 },
        { 3, 2, 1, 3, 7, 5, 48, 16 }, // odd sides
        { 3, 2, 1, 40, 8, 6, 16, 16 }, // several blocks and parts
        { 3, 2, 1, 1, 1, 1, 16, 16 },
        { 3, 3, 1, 2, 10, 8, 16, 16 },
        { 1, 1, 0, 3, 8, 7, 24, 40 },
        { 1, 1, 0, 2, 4, 4, 512, 64 },
        { 1, 2, 0, 3, 8, 7, 32, 16 }, // pixels that no tap reaches
        { 1, 2, 0, 1, 2, 2, 4, 8 },
        { 7, 2, 3, 2, 20, 18, 3, 64 },
        { 7, 2, 3, 1, 9, 9, 1, 4 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Forward_AnyShape_IsTheDefinition(int taps, int stride, int padding, int images, int height, int width, int from, int to)
    {
        var definition = new Definition(new MapShape(images, height, width), from, to, taps, stride, padding);
        float[] x = Draw(definition.Inputs * from, 1), w = Draw(definition.Weights, 2), bias = Draw(to, 3),
            y = new float[definition.Outputs * to], plain = new float[y.Length];
        double[] expected = definition.Forward(x, w);
        double[] sizes = definition.Forward(Sizes(x), Sizes(w));
        foreach (ConvolutionKernel kernel in Kernels(definition))
        {
            Assert.Equal(definition.OutputShape, kernel.Output(definition.Shape));
            fixed (float* px = x, pw = w, pb = bias, py = y, pp = plain)
            {
                kernel.Forward(definition.Shape, px, from, pw, pb, py, to);
                kernel.Forward(definition.Shape, px, from, pw, null, pp, to);
            }

            AssertWithin(expected, sizes, plain, kernel);
            for (int i = 0; i < y.Length; i++)
                Assert.Equal(plain[i] + bias[i % to], y[i], 4 * Unit * (Math.Abs(plain[i]) + 1));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void InputGradient_AnyShape_IsTheDefinition(
        int taps, int stride, int padding, int images, int height, int width, int from, int to)
    {
        var definition = new Definition(new MapShape(images, height, width), from, to, taps, stride, padding);
        float[] g = Draw(definition.Outputs * to, 4), w = Draw(definition.Weights, 5), dx = Draw(definition.Inputs * from, 6);
        double[] expected = definition.InputGradient(g, w), sizes = definition.InputGradient(Sizes(g), Sizes(w));
        foreach (ConvolutionKernel kernel in Kernels(definition))
        {
            fixed (float* pg = g, pw = w, pd = dx)
                kernel.InputGradient(definition.Shape, pg, to, pw, pd, from);
            AssertWithin(expected, sizes, dx, kernel);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void WeightGradient_AnyShape_IsTheDefinition(
        int taps, int stride, int padding, int images, int height, int width, int from, int to)
    {
        var definition = new Definition(new MapShape(images, height, width), from, to, taps, stride, padding);
        float[] x = Draw(definition.Inputs * from, 6), g = Draw(definition.Outputs * to, 7), dw = Draw(definition.Weights, 8);
        double[] expected = definition.WeightGradient(x, g), sizes = definition.WeightGradient(Sizes(x), Sizes(g));
        foreach (ConvolutionKernel kernel in Kernels(definition))
        {
            fixed (float* px = x, pg = g, pd = dw)
                kernel.WeightGradient(definition.Shape, px, from, pg, to, pd);
            AssertWithin(expected, sizes, dw, kernel);
        }
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(3, 2)]
    [InlineData(1, 1)]
    public void Kernels_AnyThreadsAndVectors_GiveTheSameBits(int taps, int stride)
    {
        var definition = new Definition(new MapShape(20, 16, 16), 64, 128, taps, stride, taps / 2);
        float[] x = Draw(definition.Inputs * 64, 8), g = Draw(definition.Outputs * 128, 9), w = Draw(definition.Weights, 10);
        float[] All(ConvolutionKernel kernel, int threads)
        {
            int before = get_num_threads();
            set_num_threads(threads);
            try
            {
                float[] y = new float[g.Length], dx = new float[x.Length], dw = new float[w.Length];
                fixed (float* px = x, pg = g, pw = w, py = y, pdx = dx, pdw = dw)
                {
                    kernel.Forward(definition.Shape, px, 64, pw, null, py, 128);
                    kernel.InputGradient(definition.Shape, pg, 128, pw, pdx, 64);
                    kernel.WeightGradient(definition.Shape, px, 64, pg, 128, pdw);
                }

                return [.. y, .. dx, .. dw];
            }
            finally
            {
                set_num_threads(before);
            }
        }

        foreach (
            IGrouping<bool, ConvolutionKernel> kind in Kernels(definition).GroupBy(
                kernel => kernel.GetType().Name.StartsWith("Winograd", StringComparison.Ordinal)))
        {
            ConvolutionKernel[] widths = [.. kind];
            Assert.Equal(2, widths.Length);
            float[] one = All(widths[0], 1);
            Assert.Equal(one, All(widths[0], 2));
            Assert.Equal(one, All(widths[0], 5));
            Assert.Equal(one, All(widths[1], 1));
            Assert.Equal(one, All(widths[1], 3));
        }
    }

    [Theory]
    [InlineData(8, 8, 16, 16, true)]
    [InlineData(7, 7, 32, 64, true)]
    [InlineData(5, 5, 16, 16, false)] // four tiles of sixteen pixels for 25
    [InlineData(2, 2, 512, 512, false)]
    [InlineData(8, 8, 3, 16, false)]
    [InlineData(8, 8, 16, 24, false)]
    public void Pays_FewPixelsInTilesOrOddChannels_DoesNot(int height, int width, int from, int to, bool expected)
    {
        Assert.Equal(expected, WinogradConvolution<Lane8>.Pays(new MapShape(2, height, width), from, to));
        Assert.Equal(expected && from % 32 == 0, WinogradConvolution<Lane16>.Pays(new MapShape(2, height, width), from, to));
    }

    private static IEnumerable<ConvolutionKernel> Kernels(Definition definition)
    {
        Assert.SkipUnless(Lanes.Supported, "This processor has no vectors of 256 bits with fused multiplication.");
        (int taps, int stride, int padding) = (definition.Taps, definition.Stride, definition.Padding);
        yield return new IndirectConvolution<Lane8>(taps, stride, padding);
        yield return new IndirectConvolution<Lane16>(taps, stride, padding);
        if ((taps, stride, padding) != (3, 1, 1))
            yield break;
        if (WinogradConvolution<Lane8>.Pays(definition.Shape, definition.From, definition.To))
            yield return WinogradConvolution<Lane8>.Instance;
        if (WinogradConvolution<Lane16>.Pays(definition.Shape, definition.From, definition.To))
            yield return WinogradConvolution<Lane16>.Instance;
    }

    // A chain of n fused multiplications of random numbers rounds partial sums that grow with the root of their number: in all by some u/2
    // of the sum of the products' sizes (n·u of it at most: Higham 2002, section 3.1), whatever n is. Sixteen times that is not met by
    // chance. Winograd's algorithm does the same between linear maps, which enlarge errors by at most 7.1: the largest of Σ A²‖G‖²‖B‖² over
    // the points of a tile, relative to the definition's taps, once for each axis.
    private static void AssertWithin(double[] expected, double[] sizes, float[] found, ConvolutionKernel kernel)
    {
        bool direct = kernel.GetType().Name.StartsWith("Indirect", StringComparison.Ordinal);
        double largest = sizes.Max();
        for (int i = 0; i < found.Length; i++)
        {
            double allowed = 8 * Unit * (direct ? sizes[i] : 7.1 * largest);
            Assert.True(
                Math.Abs(expected[i] - found[i]) <= allowed,
                $"{kernel.GetType().Name}, number {i}: expected {expected[i]}, found {found[i]}, allowed {allowed}");
        }
    }

    private const double Unit = 1.0 / (1 << 24);

    private static float[] Sizes(float[] values) => [.. values.Select(Math.Abs)];

    private static float[] Draw(int count, ulong seed)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];
    }

    /// <summary>The definition, term by term.</summary>
    private sealed record Definition(MapShape Shape, int From, int To, int Taps, int Stride, int Padding)
    {
        public MapShape OutputShape =>
            new(Shape.Images, (Shape.Height + 2 * Padding - Taps) / Stride + 1, (Shape.Width + 2 * Padding - Taps) / Stride + 1);

        public int Inputs => Shape.Images * Shape.Height * Shape.Width;

        public int Outputs => OutputShape.Images * OutputShape.Height * OutputShape.Width;

        public int Depth => From * Taps * Taps;

        public int Weights => To * From * Taps * Taps;

        public double[] Forward(float[] x, float[] w)
        {
            var y = new double[Outputs * To];
            Terms((output, input, weight) => y[output] += (double)x[input] * w[weight]);
            return y;
        }

        public double[] InputGradient(float[] g, float[] w)
        {
            var dx = new double[Inputs * From];
            Terms((output, input, weight) => dx[input] += (double)g[output] * w[weight]);
            return dx;
        }

        public double[] WeightGradient(float[] x, float[] g)
        {
            var dw = new double[Weights];
            Terms((output, input, weight) => dw[weight] += (double)g[output] * x[input]);
            return dw;
        }

        private void Terms(Action<int, int, int> term)
        {
            for (int output = 0; output < Outputs; output++)
            {
                int column = output % OutputShape.Width, row = output / OutputShape.Width % OutputShape.Height,
                    image = output / OutputShape.Width / OutputShape.Height;
                for (int tap = 0; tap < Taps * Taps; tap++)
                {
                    int y = Stride * row + tap / Taps - Padding, x = Stride * column + tap % Taps - Padding;
                    if (y < 0 || y >= Shape.Height || x < 0 || x >= Shape.Width)
                        continue;
                    int input = (image * Shape.Height + y) * Shape.Width + x;
                    for (int to = 0; to < To; to++)
                    {
                        for (int from = 0; from < From; from++)
                            term(output * To + to, input * From + from, (to * From + from) * Taps * Taps + tap);
                    }
                }
            }
        }
    }
}
