using Lethe.Numerics;
using Lethe.Operators.Kernels;
using static TorchSharp.torch;

namespace Lethe.Tests.Operators.Kernels;

/// <summary>The kernel against the definition in double precision, and its bits for each width of vectors and number of threads.</summary>
[Collection(typeof(TorchCollection))]
public unsafe class BatchNormKernelTests
{
    /// <summary>Rows and channels.</summary>
    public static TheoryData<int, int> Shapes => new()
    {
        { 1, 16 },
        { 37, 8 },
        { 300, 24 }, // near rows twice, the second time not all
        { 301, 48 },
        { 9000, 16 }, // several items
        { 70, 512 }, // fewest near rows
        { 20, 4112 }, // more channels than near numbers
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Moments_AnyShape_AreTheDefinition(int rows, int channels)
    {
        foreach (BatchNormKernel kernel in Kernels(channels))
        {
            var maps = new Maps(rows, channels);
            Results found = Run(kernel, maps, rectify: false, added: false);
            for (int c = 0; c < channels; c++)
            {
                double mean = maps.Sum(c, at => maps.Y[at]) / rows, variance = maps.Sum(c, at => Math.Pow(maps.Y[at] - mean, 2)) / rows;
                Assert.Equal(mean, found.Mean[c], 1e-6);
                Assert.Equal(variance, found.Variance[c], 1e-6);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void ForwardAndBackward_AnyShape_AreTheDefinition(int rows, int channels)
    {
        foreach (BatchNormKernel kernel in Kernels(channels))
        {
            foreach ((bool rectify, bool added) in new[] { (false, false), (true, false), (false, true), (true, true) })
            {
                var maps = new Maps(rows, channels);
                Results found = Run(kernel, maps, rectify, added);
                double[] kept = new double[maps.Y.Length];
                for (int i = 0; i < kept.Length; i++)
                {
                    int c = i % channels;
                    double z = (double)maps.Scale[c] * maps.Y[i] + maps.Shift[c] + (added ? maps.Addend[i] : 0);
                    kept[i] = rectify && z <= 0 ? 0 : maps.Gradient[i];
                    Assert.Equal(rectify ? Math.Max(0, z) : z, found.Z[i], 1e-6);
                    double rest = (double)maps.Factors[channels + c] * maps.Y[i] + maps.Factors[2 * channels + c];
                    Assert.Equal(maps.Factors[c] * kept[i] + rest, found.MapGradient[i], 1e-6);
                    Assert.Equal(added ? (float)kept[i] : 0, found.AddendGradient[i]);
                }

                for (int c = 0; c < channels; c++)
                {
                    Assert.Equal(maps.Sum(c, at => kept[at]), found.Sum[c], 2e-6 * rows);
                    Assert.Equal(maps.Sum(c, at => kept[at] * ((double)maps.Y[at] - maps.Mean[c])), found.Product[c], 2e-6 * rows);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void All_AnyWidthAndNumberOfThreads_SameBits(int rows, int channels)
    {
        var maps = new Maps(rows, channels);
        int threads = get_num_threads();
        try
        {
            foreach ((bool rectify, bool added) in new[] { (false, false), (true, false), (true, true) })
            {
                set_num_threads(1);
                Results first = Run(new BatchNormLanes<Lane8>(), maps, rectify, added);
                foreach (int count in new[] { 1, 2, 5 })
                {
                    set_num_threads(count);
                    foreach (BatchNormKernel kernel in Kernels(channels))
                        AssertSame(first, Run(kernel, maps, rectify, added));
                }
            }
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Theory]
    [InlineData(8, false)]
    [InlineData(16, true)]
    [InlineData(24, false)]
    [InlineData(48, true)]
    public void For_AnyChannels_TakesTheWidestVectorsThatTheyFill(int channels, bool fillWide)
    {
        bool wide = Lanes.Wide;
        try
        {
            Lanes.Wide = true;
            Assert.Equal(fillWide, BatchNormKernel.For(channels) is BatchNormLanes<Lane16>);
            Lanes.Wide = false;
            Assert.IsType<BatchNormLanes<Lane8>>(BatchNormKernel.For(channels));
        }
        finally
        {
            Lanes.Wide = wide;
        }
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(8, true)]
    [InlineData(12, false)]
    [InlineData(20, false)]
    [InlineData(64, true)]
    public void Serves_ChannelsThatFillNoVectors_DoesNot(int channels, bool expected) =>
        Assert.Equal(expected && Lanes.Supported, BatchNormKernel.Serves(channels));

    private static IEnumerable<BatchNormKernel> Kernels(int channels)
    {
        yield return new BatchNormLanes<Lane8>();
        if (channels % Lane16.Count == 0)
            yield return new BatchNormLanes<Lane16>();
    }

    private static Results Run(BatchNormKernel kernel, Maps maps, bool rectify, bool added)
    {
        var found = new Results(maps.Y.Length, maps.Channels);
        fixed (float* y = maps.Y, g = maps.Gradient, a = maps.Addend)
        fixed (float* mean = maps.Mean, scale = maps.Scale, shift = maps.Shift, factors = maps.Factors)
        fixed (float* z = found.Z, toMap = found.MapGradient, toAddend = found.AddendGradient)
        {
            float* rectified = rectify && added ? z : null;
            kernel.Moments(y, maps.Rows, maps.Channels, found.Mean, found.Variance);
            kernel.Forward(y, maps.Rows, maps.Channels, scale, shift, added ? a : null, rectify, z);
            kernel.BackwardSums(y, g, maps.Rows, maps.Channels, mean, scale, shift, rectified, rectify, found.Sum, found.Product);
            kernel.Backward(y, g, maps.Rows, maps.Channels, factors, scale, shift, rectified, rectify, toMap, added ? toAddend : null);
        }

        return found;
    }

    private static void AssertSame(Results expected, Results found)
    {
        Assert.Equal(expected.Mean, found.Mean);
        Assert.Equal(expected.Variance, found.Variance);
        Assert.Equal(expected.Sum, found.Sum);
        Assert.Equal(expected.Product, found.Product);
        Assert.Equal(expected.Z, found.Z);
        Assert.Equal(expected.MapGradient, found.MapGradient);
        Assert.Equal(expected.AddendGradient, found.AddendGradient);
    }

    private sealed class Maps(int rows, int channels)
    {
        public int Rows => rows;

        public int Channels => channels;

        public float[] Y { get; } = Draw(rows * channels, 1);

        public float[] Gradient { get; } = Draw(rows * channels, 2);

        public float[] Addend { get; } = Draw(rows * channels, 3);

        public float[] Mean { get; } = Draw(channels, 4);

        public float[] Scale { get; } = Draw(channels, 5);

        public float[] Shift { get; } = Draw(channels, 6);

        public float[] Factors { get; } = Draw(3 * channels, 7);

        public double Sum(int channel, Func<int, double> term) => Enumerable.Range(0, rows).Sum(row => term(row * channels + channel));

        private static float[] Draw(int count, ulong seed)
        {
            var random = new RandomStream(seed);
            return [.. Enumerable.Range(0, count).Select(_ => (float)(2 * random.NextDouble() - 1))];
        }
    }

    private sealed class Results(int numbers, int channels)
    {
        public double[] Mean { get; } = new double[channels];

        public double[] Variance { get; } = new double[channels];

        public double[] Sum { get; } = new double[channels];

        public double[] Product { get; } = new double[channels];

        public float[] Z { get; } = new float[numbers];

        public float[] MapGradient { get; } = new float[numbers];

        public float[] AddendGradient { get; } = new float[numbers];
    }
}
