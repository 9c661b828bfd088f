using Lethe.Operators;
using Lethe.Operators.Kernels;
using static TorchSharp.torch;

namespace Lethe.Tests.Operators;

/// <summary>
/// The test of convolutions at first use, shown on faults like those that were found on machines whose caches are hidden.
/// </summary>
[Collection(typeof(TorchCollection))]
public class ConvolutionGuardTests
{
    private static readonly ConvolutionSpec Some = new(new MapShape(16, 16, 16), 24, 24, 3, 1, 1);

    public static TheoryData<int, int, int, int, int, int, int> Specs => new()
    {
        { 2, 8, 8, 3, 16, 3, 1 }, { 16, 16, 16, 24, 24, 3, 1 }, { 3, 7, 5, 12, 20, 3, 2 }, { 8, 4, 4, 128, 512, 1, 1 },
        { 4, 8, 6, 16, 32, 1, 2 }, { 2, 20, 20, 3, 8, 7, 2 },
    };

    [Theory]
    [MemberData(nameof(Specs))]
    public void Error_OfARightConvolution_IsRounding(int images, int height, int width, int from, int to, int taps, int stride)
    {
        var spec = new ConvolutionSpec(new MapShape(images, height, width), from, to, taps, stride, taps / 2);
        foreach (bool channelsLast in new[] { false, true })
        {
            double ours = ConvolutionTest.Error(spec, channelsLast, (x, w, s, p) => MapConvolution.Forward(x, w, null, s, p));
            Assert.InRange(ours, 1e-12, ConvolutionTest.Tolerance / 10);
            double exact = ConvolutionTest.Error(spec, channelsLast, Exact);
            Assert.InRange(exact, 0, ConvolutionTest.Tolerance / 10);
        }
    }

    [Fact]
    public void Error_OfTorchsConvolutionOfALargeBatch_IsRounding()
    {
        Assert.SkipWhen(OneDnn.KnownToFail, "This is a machine where torch's convolutions are wrong.");
        var spec = new ConvolutionSpec(new MapShape(256, 32, 32), 16, 16, 3, 1, 1);
        double error = ConvolutionTest.Error(spec, true, (x, w, s, p) => nn.functional.conv2d(x, w, null, [s, s], [p, p]));
        Assert.InRange(error, 1e-12, ConvolutionTest.Tolerance / 4);
    }

    [Theory]
    [InlineData(0)] // an output channel is off by 14 %
    [InlineData(1)] // a number of the output is missing
    [InlineData(2)] // the gradient of the weights of one channel is wrong
    [InlineData(3)] // the gradient of the map is wrong at one edge
    [InlineData(4)] // NaN
    public void Error_OfABrokenConvolution_IsFarAboveTheTolerance(int fault)
    {
        double error = ConvolutionTest.Error(Some, true, (x, w, s, p) => Broken(x, w, s, p, fault));
        Assert.False(error <= 10 * ConvolutionTest.Tolerance, $"{error}");
    }

    [Fact]
    public void Passes_AFaultOfOneShape_FailsThereAloneUntilItIsGone()
    {
        bool broken = true;
        int calls = 0;
        var guard = new ConvolutionGuard(
            (x, w, s, p) =>
            {
                calls++;
                return broken && w.shape[0] == 24 ? Broken(x, w, s, p, 0) : Exact(x, w, s, p);
            },
            1 << 20);
        Assert.False(guard.Passes(Some, true));
        Assert.True(guard.Passes(Some with { To = 16 }, true));
        broken = false;
        Assert.True(guard.Passes(Some, true));
        Assert.Equal(3, calls);
        broken = true;
        Assert.True(guard.Passes(Some, true)); // what passed is not tested again
        Assert.Equal(3, calls);
        Assert.False(guard.Passes(Some, false)); // another layout is
    }

    [Fact]
    public void Passes_ALargeBatch_IsTestedWithFewerImages()
    {
        long images = 0;
        var guard = new ConvolutionGuard(
            (x, w, s, p) =>
            {
                images = x.shape[0];
                return Exact(x, w, s, p);
            },
            4 * 16 * 16 * 24);
        Assert.True(guard.Passes(Some, true));
        Assert.Equal(4, images);
    }

    [Fact]
    public void TorchsConvolution_WithoutOneDnn_IsTheSame()
    {
        // In a process of its own the switch would stay; here torch's own test of it does.
        var spec = new ConvolutionSpec(new MapShape(2, 6, 6), 8, 8, 3, 1, 1);
        Assert.InRange(
            ConvolutionTest.Error(spec, true, (x, w, s, p) => TorchConvolution.Run(x, w, null, spec)), 0, ConvolutionTest.Tolerance / 10);
    }

    [Theory]
    [InlineData("AuthenticAMD", 0x8000001E, 0, 0, true)] // leaf 8000001Dh empty: the machine on which torch was found to be wrong
    [InlineData("AuthenticAMD", 0x8000001E, 0, 0x121, false)]
    [InlineData("AuthenticAMD", 0x80000008, 0x121, 0, false)] // too old to have the leaf, which is not read then
    [InlineData("GenuineIntel", 0x80000008, 0, 0, true)]
    [InlineData("GenuineIntel", 0x80000008, 0x121, 0, false)]
    public void HidesCaches_LeavesOfCaches_TellsEmptyOnes(string maker, uint mostExtended, int intelCaches, int amdCaches, bool expected)
    {
        int name = BitConverter.ToInt32(System.Text.Encoding.ASCII.GetBytes(maker[..4]));
        Assert.Equal(expected, OneDnn.HidesCaches((leaf, _) => unchecked((uint)leaf) switch
        {
            0 => (16, name, 0, 0),
            4 => (intelCaches, 0, 0, 0),
            0x80000000 => (unchecked((int)mostExtended), 0, 0, 0),
            0x8000001D => (amdCaches, 0, 0, 0),
            _ => (0, 0, 0, 0),
        }));
    }

    private static Tensor Exact(Tensor x, Tensor w, int stride, int padding) =>
        nn.functional.conv2d(x.to(ScalarType.Float64), w.to(ScalarType.Float64), null, [stride, stride], [padding, padding])
            .to(ScalarType.Float32);

    private static Tensor Broken(Tensor x, Tensor w, int stride, int padding, int fault)
    {
        switch (fault)
        {
            case 0:
                Tensor factor = ones(w.shape[0]);
                factor[7] = 0.86;
                return Exact(x, w, stride, padding) * factor.reshape(1, -1, 1, 1);
            case 1:
                Tensor hole = ones(x.shape[0], w.shape[0], x.shape[2], x.shape[3]);
                hole[0, 3, 5, 5] = 0;
                return Exact(x, w, stride, padding) * hole;
            case 2:
                Tensor part = zeros(w.shape[0], 1, 1, 1);
                part[5] = 1;
                return Exact(x, w.detach() * part + w * (1 - part), stride, padding);
            case 3:
                Tensor inner = ones(1, 1, 1, x.shape[3]);
                inner[0, 0, 0, 0] = 0;
                return Exact(x.detach() * (1 - inner) + x * inner, w, stride, padding);
            default:
                return Exact(x, w, stride, padding) * float.NaN;
        }
    }
}
