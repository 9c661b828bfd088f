using Lethe.Models;
using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Tests.Training;
using static TorchSharp.torch;

namespace Lethe.Tests.Operators;

/// <summary>Batch-norm, addend and ReLU as one operation, against the same from torch's primitive operations in double precision.</summary>
[Collection(typeof(TorchCollection))]
public class MapNormalisationTests
{
    [Fact]
    public void Again_AfterAConvolutionThatKeptTheSource_GivesTheBitsOfOneThatKeptTheMap()
    {
        Assert.SkipUnless(Lanes.Supported, "This processor has no vectors of 256 bits with fused multiplication.");
        using var scope = NewDisposeScope();
        Tensor[] kept = Both(remade: false, ScalarType.Float32), again = Both(remade: true, ScalarType.Float32),
            exact = Both(remade: false, ScalarType.Float64);
        for (int i = 0; i < kept.Length; i++)
        {
            if (i < 5)
                Assert.Equal(0, (kept[i] - again[i]).abs().max().item<float>());
            double size = exact[i].norm().item<double>();
            Assert.InRange((again[i].to(ScalarType.Float64) - exact[i]).norm().item<double>() / size, 0, 1e-4);
        }
    }

    // The output, its gradients with respect to map, γ, β and weight, and those of a function of these.
    private static Tensor[] Both(bool remade, ScalarType type)
    {
        Tensor y = arange(4 * 16 * 6 * 6).mul(0.37).sin().reshape(4, 16, 6, 6).to(type),
            w = arange(32 * 16 * 9).mul(0.7).cos().mul(0.1).reshape(32, 16, 3, 3).to(type).requires_grad_();
        y = y.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).requires_grad_();
        Tensor scale = arange(16).mul(0.1).add(0.5).to(type).requires_grad_(),
            shift = arange(16).mul(0.05).sub(0.4).to(type).requires_grad_();
        Tensor z;
        NormalisedMap? source = null;
        if (type == ScalarType.Float32)
            (z, source) = MapNormalisation.Run(y, scale, shift, null, rectify: true, 1e-5, consume: false, null);
        else
            z = nn.functional.batch_norm(y, zeros(16, type), ones(16, type), scale, shift, training: true, 0, 1e-5).relu();
        Tensor output = MapConvolution.Forward(z, w, null, 1, 1, remade ? source : null);
        Tensor[] inputs = [y, scale, shift, w], first = Gradients.Of(output.square().sum(), inputs);
        Tensor[] graph = Gradients.Of(output.pow(3).sum(), inputs, createGraph: true);
        Tensor slope = graph.Select(gradient => gradient.square().sum()).Aggregate((a, b) => a + b);
        return [output.detach(), .. first, .. Gradients.Of(slope, inputs)];
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Run_FirstToThirdDerivative_AreThoseOfPrimitiveOperations(bool rectify, bool added)
    {
        Assert.SkipUnless(Lanes.Supported, "This processor has no vectors of 256 bits with fused multiplication.");
        using var scope = NewDisposeScope();
        Tensor[] ours = Derivatives(
            (y, scale, shift, addend) => MapNormalisation.Run(y, scale, shift, addend, rectify, 1e-5, consume: false, null).Output,
            ScalarType.Float32,
            added);
        Tensor[] theirs = Derivatives(
            (y, scale, shift, addend) =>
            {
                Tensor centred = y - y.mean([0L, 2, 3], keepdim: true);
                Tensor z = centred * (centred.square().mean([0L, 2, 3], keepdim: true) + 1e-5).rsqrt() * scale.reshape(1, -1, 1, 1) + shift
                    .reshape(1, -1, 1, 1);
                z = addend is null ? z : z + addend;
                return rectify ? z.relu() : z;
            },
            ScalarType.Float64,
            added);
        Assert.Equal(theirs.Length, ours.Length);
        for (int i = 0; i < ours.Length; i++)
        {
            double size = theirs[i].abs().max().item<double>();
            Assert.True(size > 1e-6, $"{i}: {size}");
            Assert.True((ours[i].to(ScalarType.Float64) - theirs[i]).abs().max().item<double>() / size < 2e-4, $"{i}");
        }
    }

    [Fact]
    public void Run_MeanFarFromZero_KeepsTheVariance()
    {
        Assert.SkipUnless(Lanes.Supported, "This processor has no vectors of 256 bits with fused multiplication.");
        using var scope = NewDisposeScope();
        Tensor y = Input(ScalarType.Float32, 1).add(1000);
        double[] variance = [];
        MapNormalisation.Run(y, ones(8), zeros(8), null, rectify: false, 1e-5, consume: false, (_, found, _) => variance = found);
        double[] expected = [.. y.to(ScalarType.Float64).transpose(0, 1).reshape(8, -1).var(1, unbiased: false).data<double>()];
        for (int c = 0; c < 8; c++)
            Assert.Equal(1, variance[c] / expected[c], 1e-5);
    }

    [Fact]
    public void Run_Consumed_OverwritesItsInputOnlyWhereTheGraphIsFreed()
    {
        Assert.SkipUnless(Lanes.Supported, "This processor has no vectors of 256 bits with fused multiplication.");
        using var scope = NewDisposeScope();
        Tensor y = MapLayout.ChannelsLast(Input(ScalarType.Float32, 2)).requires_grad_(), before = y.detach().clone();
        Tensor loss = MapNormalisation.Run(y, ones(8), zeros(8), null, rectify: true, 1e-5, consume: true, null).Output.pow(3).sum();
        Tensor kept = Gradients.Of(loss, [y])[0];
        Assert.Equal(0, (y.detach() - before).abs().max().item<float>());
        Tensor freed = Gradients.Of(loss, [y], retainGraph: false)[0];
        Assert.Equal(0, (freed - kept).abs().max().item<float>());
        Assert.Equal(0, (y.detach() - freed).abs().max().item<float>());
    }

    [Fact]
    public void Run_ConsumedAndDifferentiatedTwice_LeavesItsInputToTheSecond()
    {
        Assert.SkipUnless(Lanes.Supported, "This processor has no vectors of 256 bits with fused multiplication.");
        using var scope = NewDisposeScope();
        float[] Second(bool consume)
        {
            Tensor y = MapLayout.ChannelsLast(Input(ScalarType.Float32, 2)).requires_grad_(), before = y.detach().clone();
            Tensor loss = MapNormalisation.Run(y, ones(8), zeros(8), null, rectify: true, 1e-5, consume, null).Output.pow(3).sum();
            Tensor first = Gradients.Of(loss, [y], createGraph: true)[0];
            Tensor second = Gradients.Of(loss + first.pow(2).sum(), [y], retainGraph: false)[0];
            Assert.Equal(0, (y.detach() - before).abs().max().item<float>());
            return [.. second.contiguous().data<float>()];
        }

        Assert.Equal(Second(consume: false), Second(consume: true));
    }

    [Fact]
    public void BatchNormLayer_Training_MovesRunningStatisticsAsTorchs()
    {
        using var scope = NewDisposeScope();
        using var ours = new BatchNormLayer(8);
        using var theirs = TorchSharp.torch.nn.BatchNorm2d(8);
        for (int i = 0; i < 3; i++)
        {
            Tensor y = Input(ScalarType.Float32, i);
            Assert.InRange((ours.forward(y) - theirs.forward(y)).abs().max().item<float>(), 0, 1e-5f);
        }

        foreach (string name in new[] { "running_mean", "running_var" })
            Assert.InRange((ours.get_buffer(name)! - theirs.get_buffer(name)!).abs().max().item<float>(), 0, 1e-6f);
        Assert.Equal(3, ours.get_buffer("num_batches_tracked")!.item<long>());
    }

    [Fact]
    public void BatchNormLayer_Training_LeavesItsOutputAlone()
    {
        using var scope = NewDisposeScope();
        using var layer = new BatchNormLayer(8);
        Tensor y = Input(ScalarType.Float32, 0);
        using (layer.forward(y))
        {
        }

        LiveTensors.Settle();
        long before = LiveTensors.Count;
        using Tensor output = layer.forward(y);
        Assert.Equal(before + 1, LiveTensors.Count);
    }

    private static Tensor Input(ScalarType type, int seed) =>
        (arange(3 * 8 * 5 * 6).mul(1.3 + seed).cos() + arange(3 * 8 * 5 * 6).mul(0.17).sin()).reshape(3, 8, 5, 6).to(type);

    private static Tensor[] Derivatives(Func<Tensor, Tensor, Tensor, Tensor?, Tensor> forward, ScalarType type, bool added)
    {
        Tensor y = Input(type, 0).requires_grad_(), scale = arange(8).mul(0.3).cos().add(1.2).to(type).requires_grad_(),
            shift = arange(8).mul(0.9).sin().to(type).requires_grad_();
        Tensor? addend = added ? Input(type, 5).requires_grad_() : null;
        Tensor[] inputs = addend is null ? [y, scale, shift] : [y, scale, shift, addend];
        Tensor z = forward(y, scale, shift, addend), weights = Input(type, 9);
        Tensor[] first = Gradients.Of((z.pow(3) * weights).sum(), inputs, createGraph: true);

        // With respect to the map alone, as a volume factor asks, and to all.
        Tensor alone = Gradients.Of((z.pow(2) * weights).sum(), [y], createGraph: true)[0];
        Tensor[] ofAlone = Gradients.Of(alone.pow(3).sum(), inputs);
        Tensor total = first.Select(gradient => gradient.pow(2).sum()).Aggregate((a, b) => a + b);
        Tensor[] second = Gradients.Of(total, inputs, createGraph: true);
        Tensor[] third = Gradients.Of(second.Select(gradient => (gradient * 0.01).pow(2).sum()).Aggregate((a, b) => a + b), inputs);
        return [z, .. first, alone, .. ofAlone, .. second, .. third];
    }
}
