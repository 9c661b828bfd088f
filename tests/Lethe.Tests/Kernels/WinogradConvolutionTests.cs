using Lethe.Kernels;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Tests.Kernels;

/// <summary>The kernels against the definition in double precision, computed by loops.</summary>
[Collection(typeof(TorchCollection))]
public unsafe class WinogradConvolutionTests
{
    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        { 2, 8, 8, 16, 16 },
        { 3, 7, 5, 16, 48 }, // tiles that the map fills in part
        { 1, 4, 4, 48, 32 },
        { 5, 3, 14, 32, 16 },
        { 30, 12, 12, 16, 16 }, // several blocks, and several parts of the sums
        { 2, 4, 4, 256, 80 }, // padded rows
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Forward_AnyShape_IsTheDefinition(int images, int height, int width, int from, int to)
    {
        Assert.SkipUnless(WinogradConvolution.IsSupported, "This processor has no vectors of 256 bits with fused multiplication.");
        var shape = new MapShape(images, height, width);
        float[] x = Draw(shape, from, 1), w = Draw(9 * from * to, 2), bias = Draw(to, 3), y = new float[images * height * width * to];
        fixed (float* px = x, pw = w, pb = bias, py = y)
            WinogradConvolution.Forward(shape, px, from, pw, transposed: false, pb, py, to);
        double[] expected = Reference.Forward(shape, x, from, w, to);
        for (int i = 0; i < y.Length; i++)
            Assert.Equal(expected[i] + bias[i % to], y[i], Tolerance(from));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Forward_Transposed_IsTheGradientWithRespectToTheInput(int images, int height, int width, int from, int to)
    {
        Assert.SkipUnless(WinogradConvolution.IsSupported, "This processor has no vectors of 256 bits with fused multiplication.");
        var shape = new MapShape(images, height, width);
        float[] g = Draw(shape, to, 4), w = Draw(9 * from * to, 5), dx = new float[images * height * width * from];
        fixed (float* pg = g, pw = w, pd = dx)
            WinogradConvolution.Forward(shape, pg, to, pw, transposed: true, null, pd, from);
        double[] expected = Reference.InputGradient(shape, g, to, w, from);
        for (int i = 0; i < dx.Length; i++)
            Assert.Equal(expected[i], dx[i], Tolerance(to));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void WeightGradient_AnyShape_IsTheDefinition(int images, int height, int width, int from, int to)
    {
        Assert.SkipUnless(WinogradConvolution.IsSupported, "This processor has no vectors of 256 bits with fused multiplication.");
        var shape = new MapShape(images, height, width);
        float[] x = Draw(shape, from, 6), g = Draw(shape, to, 7), dw = new float[9 * from * to];
        fixed (float* px = x, pg = g, pd = dw)
            WinogradConvolution.WeightGradient(shape, px, from, pg, to, pd);
        double[] expected = Reference.WeightGradient(shape, x, from, g, to);
        for (int i = 0; i < dw.Length; i++)
            Assert.Equal(expected[i], dw[i], Tolerance(images * height * width));
    }

    [Fact]
    public void Kernels_AnyNumberOfThreads_GiveTheSameBits()
    {
        Assert.SkipUnless(WinogradConvolution.IsSupported, "This processor has no vectors of 256 bits with fused multiplication.");
        var shape = new MapShape(20, 16, 16);
        float[] x = Draw(shape, 64, 8), g = Draw(shape, 128, 9), w = Draw(9 * 64 * 128, 10);
        float[] Both(int threads)
        {
            int before = get_num_threads();
            set_num_threads(threads);
            try
            {
                float[] y = new float[g.Length], dw = new float[w.Length];
                fixed (float* px = x, pg = g, pw = w, py = y, pd = dw)
                {
                    WinogradConvolution.Forward(shape, px, 64, pw, transposed: false, null, py, 128);
                    WinogradConvolution.WeightGradient(shape, px, 64, pg, 128, pd);
                }

                return [.. y, .. dw];
            }
            finally
            {
                set_num_threads(before);
            }
        }

        float[] one = Both(1);
        Assert.Equal(one, Both(2));
        Assert.Equal(one, Both(5));
    }

    [Theory]
    [InlineData(8, 8, 16, 16, true)]
    [InlineData(7, 7, 32, 64, true)]
    [InlineData(5, 5, 16, 16, false)] // four tiles of sixteen pixels for 25
    [InlineData(2, 2, 512, 512, false)]
    [InlineData(8, 8, 3, 16, false)]
    [InlineData(8, 8, 16, 24, false)]
    public void Pays_FewPixelsInTilesOrOddChannels_DoesNot(int height, int width, int from, int to, bool expected) =>
        Assert.Equal(expected && WinogradConvolution.IsSupported, WinogradConvolution.Pays(new MapShape(2, height, width), from, to));

    // Sums of products of numbers in [-1, 1]: rounding grows with the root of their number.
    private static double Tolerance(int terms) => 4e-6 * Math.Sqrt(9 * terms);

    private static float[] Draw(MapShape shape, int channels, ulong seed) => Draw(shape.Images * shape.Height * shape.Width * channels, seed);

    private static float[] Draw(int count, ulong seed)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];
    }

    /// <summary>The definition, term by term.</summary>
    private static class Reference
    {
        public static double[] Forward(MapShape shape, float[] x, int from, float[] w, int to)
        {
            var y = new double[shape.Images * shape.Height * shape.Width * to];
            Terms(shape, (at, source, tap) =>
            {
                for (int o = 0; o < to; o++)
                {
                    for (int i = 0; i < from; i++)
                        y[at * to + o] += (double)x[source * from + i] * w[9 * (o * from + i) + tap];
                }
            });
            return y;
        }

        public static double[] InputGradient(MapShape shape, float[] g, int to, float[] w, int from)
        {
            var dx = new double[shape.Images * shape.Height * shape.Width * from];
            Terms(shape, (at, source, tap) =>
            {
                for (int o = 0; o < to; o++)
                {
                    for (int i = 0; i < from; i++)
                        dx[source * from + i] += (double)g[at * to + o] * w[9 * (o * from + i) + tap];
                }
            });
            return dx;
        }

        public static double[] WeightGradient(MapShape shape, float[] x, int from, float[] g, int to)
        {
            var dw = new double[9 * from * to];
            Terms(shape, (at, source, tap) =>
            {
                for (int o = 0; o < to; o++)
                {
                    for (int i = 0; i < from; i++)
                        dw[9 * (o * from + i) + tap] += (double)g[at * to + o] * x[source * from + i];
                }
            });
            return dw;
        }

        private static void Terms(MapShape shape, Action<int, int, int> term)
        {
            for (int n = 0; n < shape.Images; n++)
            {
                for (int row = 0; row < shape.Height; row++)
                {
                    for (int column = 0; column < shape.Width; column++)
                    {
                        for (int tap = 0; tap < 9; tap++)
                        {
                            int r = row + tap / 3 - 1, c = column + tap % 3 - 1;
                            if (r >= 0 && r < shape.Height && c >= 0 && c < shape.Width)
                                term((n * shape.Height + row) * shape.Width + column, (n * shape.Height + r) * shape.Width + c, tap);
                        }
                    }
                }
            }
        }
    }
}
