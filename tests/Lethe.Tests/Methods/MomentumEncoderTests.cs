using Lethe.Methods;
using Lethe.Models;
using Lethe.Tests.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Methods;

[Collection(typeof(TorchCollection))]
public class MomentumEncoderTests
{
    [Fact]
    public void Constructor_StartsEqualWithoutTrainedParameters()
    {
        using var scope = NewDisposeScope();
        (ResNet online, nn.Module<Tensor, Tensor> head, MomentumEncoder encoder) = Create();
        Assert.NotEmpty(encoder.parameters());
        Assert.DoesNotContain(encoder.parameters(), parameter => parameter.requires_grad);
        Assert.All(online.parameters(), parameter => Assert.True(parameter.requires_grad));
        Tensor images = Tiny.Images(4), expected = head.forward(online.forward(images));
        Tensor embeddings = encoder.Embed(SplitPoint.Input, images.requires_grad_());
        Assert.Equal(expected.data<float>().ToArray(), embeddings.data<float>().ToArray());
        Assert.False(embeddings.requires_grad);
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0)]
    [InlineData(1)]
    public void Follow_AnyRate_IsTheWeightedMeanOfPastAndOnline(double rate)
    {
        using var scope = NewDisposeScope();
        (ResNet online, nn.Module<Tensor, Tensor> head, MomentumEncoder encoder) = Create();
        online.to(ScalarType.Float64);
        head.to(ScalarType.Float64);
        encoder.to(ScalarType.Float64);
        Tensor[] past = [.. encoder.parameters().Select(parameter => parameter.detach().clone())];
        Disturb(online, head);
        Tensor[] now = [.. online.parameters().Concat(head.parameters())];
        SortedDictionary<string, string> before = Tiny.Bits(online);
        encoder.Follow(online, head, rate);
        Tensor[] moved = [.. encoder.parameters()];
        Assert.Equal(now.Length, moved.Length);
        for (int i = 0; i < moved.Length; i++)
            Assert.Equal(0, Tiny.Value((moved[i] - (rate * past[i] + (1 - rate) * now[i])).abs().max()), 1e-15);
        Assert.Equal(before, Tiny.Bits(online));
        Assert.DoesNotContain(moved, parameter => parameter.requires_grad);
    }

    [Fact]
    public void Follow_PartsThatAreFrozen_AreNotMoved()
    {
        using var scope = NewDisposeScope();
        (ResNet online, nn.Module<Tensor, Tensor> head, MomentumEncoder encoder) = Create();
        foreach (var parameter in online.PartsUpTo(SplitPoint.Layer2).SelectMany(part => part.parameters()))
            parameter.requires_grad = false;
        SortedDictionary<string, string> before = Tiny.Bits(encoder);
        Disturb(online, head);
        encoder.Follow(online, head, 0.5);
        SortedDictionary<string, string> after = Tiny.Bits(encoder);
        foreach (string name in encoder.named_parameters().Select(parameter => parameter.name))
        {
            bool late = name.StartsWith("backbone.layer3", StringComparison.Ordinal) || name.StartsWith(
                "backbone.layer4", StringComparison.Ordinal)
                || name.StartsWith("projector", StringComparison.Ordinal);
            Assert.True(late == (before[name] != after[name]), name);
        }
    }

    /// <summary>k counts the steps done before this one: the first step has τ₀, the last of K not yet 1.</summary>
    [Fact]
    public void Rate_ConstantOrCosine_IsTheClosedForm()
    {
        static TrainingProgress After(long steps) => new(steps, 100, 0, 0);
        Assert.Equal(0.996, MomentumEncoder.Rate(0.996, cosine: false, After(1)));
        Assert.Equal(0.996, MomentumEncoder.Rate(0.996, cosine: false, After(77)));
        Assert.Equal(0.996, MomentumEncoder.Rate(0.996, cosine: true, After(1)), 1e-15);
        Assert.Equal(0.998, MomentumEncoder.Rate(0.996, cosine: true, After(51)), 1e-15);
        Assert.Equal(1 - 0.004 * (Math.Cos(0.25 * Math.PI) + 1) / 2, MomentumEncoder.Rate(0.996, cosine: true, After(26)), 1e-15);
        Assert.Equal(1 - 0.004 * (1 - Math.Cos(0.01 * Math.PI)) / 2, MomentumEncoder.Rate(0.996, cosine: true, After(100)), 1e-15);
        Assert.Equal(1, MomentumEncoder.Rate(0.996, cosine: true, After(101)), 1e-15);
    }

    [Theory]
    [InlineData(SplitPoint.Stem)]
    [InlineData(SplitPoint.Layer2)]
    [InlineData(SplitPoint.Layer4)]
    public void Embed_FromASplitWhoseEarlyPartIsShared_IsThatFromImages(SplitPoint split)
    {
        using var scope = NewDisposeScope();
        (ResNet online, nn.Module<Tensor, Tensor> head, MomentumEncoder encoder) = Create();
        using (no_grad())
        {
            foreach (var parameter in online.PartsAfter(split).SelectMany(part => part.parameters()))
                parameter.mul_(1.5);
        }

        encoder.Follow(online, head, 0.5);
        Tensor images = Tiny.Images(4);
        Assert.Equal(
            encoder.Embed(SplitPoint.Input, images).data<float>().ToArray(),
            encoder.Embed(split, online.ForwardTo(split, images)).data<float>().ToArray());
    }

    [Fact]
    public void Embed_InTraining_KeepsRunningStatisticsOfItsOwn()
    {
        using var scope = NewDisposeScope();
        (ResNet online, _, MomentumEncoder encoder) = Create();
        SortedDictionary<string, string> before = Tiny.Bits(online), own = Tiny.Bits(encoder);
        encoder.train();
        encoder.Embed(SplitPoint.Input, Tiny.Images(4));
        Assert.Equal(before, Tiny.Bits(online));
        SortedDictionary<string, string> after = Tiny.Bits(encoder);
        string[] changed = [.. own.Keys.Where(name => own[name] != after[name])];
        Assert.NotEmpty(changed);
        Assert.All(changed, name => Assert.Matches("running_(mean|var)|num_batches_tracked", name));
    }

    private static (ResNet Online, nn.Module<Tensor, Tensor> Head, MomentumEncoder Encoder) Create()
    {
        ResNet online = Tiny.Backbone();
        nn.Module<Tensor, Tensor> head = Projector.Create([online.FeatureDimension, 6, 3]);
        using (no_grad())
        {
            foreach (
                Tensor buffer in online.named_buffers().Where(entry => entry.name.EndsWith("running_mean", StringComparison.Ordinal))
                    .Select(entry => entry.buffer))
                buffer.add_(0.1); // so that equal statistics are seen to be copied
        }

        var encoder = new MomentumEncoder(online, head, Projector.Create([online.FeatureDimension, 6, 3]));
        online.eval();
        head.eval();
        encoder.eval();
        return (online, head, encoder);
    }

    private static void Disturb(params nn.Module[] modules)
    {
        using IDisposable frozen = no_grad();
        foreach (var parameter in modules.SelectMany(module => module.parameters()))
            parameter.add_(randn_like(parameter));
    }
}
