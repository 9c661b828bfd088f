using Lethe.Numerics;
using Lethe.Operators;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Tests.Operators;

/// <summary>Our convolution as an operation of torch's graph, against torch's own in double precision.</summary>
[Collection(typeof(TorchCollection))]
public class MapConvolutionTests
{
    [Fact]
    public void Forward_FirstSecondAndThirdDerivative_AreTorchs()
    {
        using var scope = NewDisposeScope();
        Tensor[] ours = Derivatives((conv, x) => MapConvolution.Forward(conv, x), ScalarType.Float32);
        Tensor[] theirs = Derivatives((conv, x) => conv.forward(x), ScalarType.Float64);
        for (int i = 0; i < ours.Length; i++)
        {
            double size = theirs[i].abs().max().item<double>();
            Assert.True(size > 1e-5, $"{i}: {size}");
            Assert.InRange((ours[i].to(ScalarType.Float64) - theirs[i]).abs().max().item<double>() / size, 0, 1e-4);
        }
    }

    [Theory]
    [InlineData(16, 32)]
    [InlineData(128, 8)]
    public void Forward_Rounding_IsThatOfTheAlgorithm(int channels, int side)
    {
        using var scope = NewDisposeScope();
        Assert.SkipUnless(Lanes.Supported, "This processor has no vectors of 256 bits with fused multiplication.");
        using Conv2d convolution = nn.Conv2d(
            channels, channels, 3, 1, 1, bias: false), exact = nn.Conv2d(channels, channels, 3, 1, 1, bias: false);
        using Generator generator = new(1);
        Tensor weight = randn([channels, channels, 3, 3], generator: generator), x = randn([8, channels, side, side], generator: generator);
        exact.to(ScalarType.Float64);
        using (no_grad())
        {
            convolution.weight.copy_(weight);
            exact.weight.copy_(convolution.weight);
        }

        // Sums of n = 9·C products of normal numbers: the n-th partial sum is of size √n and is rounded by u/√3 of it, so that all n
        // roundings add up to some n·u/√6 (root mean square). Winograd's algorithm enlarges that by 2.0 to 2.3
        // (docs/results/performance.md), on chains that are nine times shorter.
        double rounding = 9 * channels * Math.Pow(2, -24) / Math.Sqrt(6);
        Tensor truth = exact.forward(x.to(ScalarType.Float64));
        double error = (MapConvolution.Forward(convolution, x).to(ScalarType.Float64) - truth).square().mean().sqrt().item<double>();
        Assert.InRange(error / rounding, 0.01, 3);
    }

    [Fact]
    public void Forward_ServedAsOurs_IsNotTorchs()
    {
        // Otherwise the other tests would compare torch with itself.
        using var scope = NewDisposeScope();
        Assert.SkipUnless(Lanes.Supported, "This processor has no vectors of 256 bits with fused multiplication.");
        using Conv2d convolution = Create(ScalarType.Float32);
        Tensor x = Input(ScalarType.Float32);
        Assert.NotEqual(0, (MapConvolution.Forward(convolution, x) - convolution.forward(x)).abs().max().item<float>());
    }

    [Fact]
    public void Forward_WeightNotAskedFor_StillGivesTheInputsGradient()
    {
        using var scope = NewDisposeScope();
        using Conv2d convolution = Create(ScalarType.Float32);
        Tensor x = Input(ScalarType.Float32).requires_grad_();
        Tensor loss = MapConvolution.Forward(convolution, x).square().sum();
        Tensor alone = Gradients.Of(loss, [x])[0];
        Tensor[] both = Gradients.Of(loss, [x, convolution.weight], retainGraph: false);
        Assert.Equal(alone.data<float>().ToArray(), both[0].data<float>().ToArray());
        Assert.NotEqual(0, both[1].abs().sum().item<float>());
    }

    [Fact]
    public void Accumulate_GraphUsedTwice_SaysThatItIsGone()
    {
        using var scope = NewDisposeScope();
        Assert.SkipUnless(Lanes.Supported, "This processor has no vectors of 256 bits with fused multiplication.");
        using Conv2d convolution = Create(ScalarType.Float32);
        Tensor middle = MapConvolution.Forward(convolution, Input(ScalarType.Float32).requires_grad_());
        Gradients.Accumulate(middle.sum());
        var error = Assert.Throws<InvalidOperationException>(() => Gradients.Accumulate(middle.sum()));
        Assert.Contains("retainGraph", error.Message);
    }

    [Fact]
    public void Forward_MapsInPlainMemory_GiveTheSame()
    {
        using var scope = NewDisposeScope();
        Assert.SkipUnless(Lanes.Supported, "Torch's own convolution sums in another order in plain memory.");
        using Conv2d convolution = Create(ScalarType.Float32);
        Tensor plain = Input(ScalarType.Float32), last = plain.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        Assert.Equal(0, (MapConvolution.Forward(convolution, plain) - MapConvolution.Forward(convolution, last)).abs().max().item<float>());
    }

    private static Conv2d Create(ScalarType type)
    {
        Conv2d convolution = nn.Conv2d(16, 32, 3, 1, 1, bias: false);
        using (no_grad())
            convolution.weight.copy_(arange(16 * 32 * 9).mul(0.7).sin().reshape(32, 16, 3, 3) * 0.1);
        convolution.to(type);
        return convolution;
    }

    private static Tensor Input(ScalarType type) =>
        arange(3 * 16 * 6 * 7).mul(1.3).cos().reshape(3, 16, 6, 7).to(type).DetachFromDisposeScope();

    /// <summary>What comes out, its gradients, and those of functions of these.</summary>
    private static Tensor[] Derivatives(Func<Conv2d, Tensor, Tensor> forward, ScalarType type)
    {
        using Conv2d convolution = Create(type);
        Tensor x = Input(type).requires_grad_();
        Tensor y = forward(convolution, x);
        Tensor[] first = Gradients.Of(y.pow(3).sum(), [x, convolution.weight], createGraph: true);
        Tensor[] second = Gradients.Of(first[0].pow(3).sum() + first[1].pow(2).sum(), [x, convolution.weight], createGraph: true);
        Tensor[] third = Gradients.Of(second[0].pow(2).sum() + second[1].pow(2).sum(), [x, convolution.weight]);
        return [y, .. first, .. second, .. third];
    }
}
