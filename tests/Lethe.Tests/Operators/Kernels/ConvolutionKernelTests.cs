using Lethe.Numerics;
using Lethe.Operators.Kernels;
using static TorchSharp.torch;

namespace Lethe.Tests.Operators.Kernels;

/// <summary>The kernels against the definition in double precision, computed by loops.</summary>
[Collection(typeof(TorchCollection))]
public unsafe class ConvolutionKernelTests
{
    /// <summary>Taps, stride, then images, height, width and channels on both sides. Stride 1 stands for Winograd's algorithm.</summary>
    public static TheoryData<int, int, int, int, int, int, int> Shapes => new()
    {
        { 3, 1, 2, 8, 8, 16, 16 },
        { 3, 1, 3, 7, 5, 16, 48 }, // tiles that the map fills in part
        { 3, 1, 1, 4, 4, 48, 32 },
        { 3, 1, 5, 3, 14, 32, 16 },
        { 3, 1, 30, 12, 12, 16, 16 }, // several blocks, and several parts of the sums
        { 3, 1, 2, 4, 4, 256, 80 }, // padded rows
        { 3, 2, 2, 8, 8, 16, 32 },
        { 3, 2, 3, 7, 5, 48, 16 }, // odd sides
        { 3, 2, 40, 8, 6, 16, 16 }, // several blocks and parts
        { 3, 2, 1, 1, 1, 16, 16 },
        { 1, 2, 3, 8, 7, 32, 16 }, // pixels that no tap reaches
        { 3, 3, 2, 10, 8, 16, 16 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Forward_AnyShape_IsTheDefinition(int taps, int stride, int images, int height, int width, int from, int to)
    {
        (ConvolutionKernel kernel, Definition definition) = Create(taps, stride, new MapShape(images, height, width), from, to);
        float[] x = Draw(definition.Inputs * from, 1), w = Draw(definition.Weights, 2), bias = Draw(to, 3), y = new float[definition.Outputs * to], plain = new float[y.Length];
        fixed (float* px = x, pw = w, pb = bias, py = y, pp = plain)
        {
            kernel.Forward(definition.Shape, px, from, pw, pb, py, to);
            kernel.Forward(definition.Shape, px, from, pw, null, pp, to);
        }

        double[] expected = definition.Forward(x, w);
        for (int i = 0; i < y.Length; i++)
        {
            Assert.Equal(expected[i] + bias[i % to], y[i], Tolerance(from));
            Assert.Equal(expected[i], plain[i], Tolerance(from));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void InputGradient_AnyShape_IsTheDefinition(int taps, int stride, int images, int height, int width, int from, int to)
    {
        (ConvolutionKernel kernel, Definition definition) = Create(taps, stride, new MapShape(images, height, width), from, to);
        float[] g = Draw(definition.Outputs * to, 4), w = Draw(definition.Weights, 5), dx = Draw(definition.Inputs * from, 6);
        fixed (float* pg = g, pw = w, pd = dx)
            kernel.InputGradient(definition.Shape, pg, to, pw, pd, from);
        double[] expected = definition.InputGradient(g, w);
        for (int i = 0; i < dx.Length; i++)
            Assert.Equal(expected[i], dx[i], Tolerance(to));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void WeightGradient_AnyShape_IsTheDefinition(int taps, int stride, int images, int height, int width, int from, int to)
    {
        (ConvolutionKernel kernel, Definition definition) = Create(taps, stride, new MapShape(images, height, width), from, to);
        float[] x = Draw(definition.Inputs * from, 6), g = Draw(definition.Outputs * to, 7), dw = Draw(definition.Weights, 8);
        fixed (float* px = x, pg = g, pd = dw)
            kernel.WeightGradient(definition.Shape, px, from, pg, to, pd);
        double[] expected = definition.WeightGradient(x, g);
        for (int i = 0; i < dw.Length; i++)
            Assert.Equal(expected[i], dw[i], Tolerance(images * height * width));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Kernels_AnyNumberOfThreads_GiveTheSameBits(int stride)
    {
        (ConvolutionKernel kernel, Definition definition) = Create(3, stride, new MapShape(20, 16, 16), 64, 128);
        float[] x = Draw(definition.Inputs * 64, 8), g = Draw(definition.Outputs * 128, 9), w = Draw(definition.Weights, 10);
        float[] All(int threads)
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

        float[] one = All(1);
        Assert.Equal(one, All(2));
        Assert.Equal(one, All(5));
    }

    [Theory]
    [InlineData(8, 8, 16, 16, true)]
    [InlineData(7, 7, 32, 64, true)]
    [InlineData(5, 5, 16, 16, false)] // four tiles of sixteen pixels for 25
    [InlineData(2, 2, 512, 512, false)]
    [InlineData(8, 8, 3, 16, false)]
    [InlineData(8, 8, 16, 24, false)]
    public void Pays_FewPixelsInTilesOrOddChannels_DoesNot(int height, int width, int from, int to, bool expected) =>
        Assert.Equal(expected && MatrixTile.IsSupported, WinogradConvolution.Pays(new MapShape(2, height, width), from, to));

    private static (ConvolutionKernel Kernel, Definition Definition) Create(int taps, int stride, MapShape shape, int from, int to)
    {
        Assert.SkipUnless(MatrixTile.IsSupported, "This processor has no vectors of 256 bits with fused multiplication.");
        int padding = taps / 2;
        ConvolutionKernel kernel = stride == 1 ? WinogradConvolution.Instance : new PatchConvolution(taps, stride, padding);
        var definition = new Definition(shape, from, to, taps, stride, padding);
        Assert.Equal(definition.OutputShape, kernel.Output(shape));
        return (kernel, definition);
    }

    // Sums of products of numbers in [-1, 1]: rounding grows with the root of their number.
    private static double Tolerance(int terms) => 4e-6 * Math.Sqrt(9 * terms);

    private static float[] Draw(int count, ulong seed)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];
    }

    /// <summary>The definition, term by term.</summary>
    private sealed record Definition(MapShape Shape, int From, int To, int Taps, int Stride, int Padding)
    {
        public MapShape OutputShape => new(Shape.Images, (Shape.Height + 2 * Padding - Taps) / Stride + 1, (Shape.Width + 2 * Padding - Taps) / Stride + 1);

        public int Inputs => Shape.Images * Shape.Height * Shape.Width;

        public int Outputs => OutputShape.Images * OutputShape.Height * OutputShape.Width;

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
                int column = output % OutputShape.Width, row = output / OutputShape.Width % OutputShape.Height, image = output / OutputShape.Width / OutputShape.Height;
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
