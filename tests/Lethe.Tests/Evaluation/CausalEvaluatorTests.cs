using Lethe.Augmentation;
using Lethe.Data.Generated;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Tests.Methods;
using Lethe.Tests.Training;
using static TorchSharp.torch;

namespace Lethe.Tests.Evaluation;

[Collection(typeof(TorchCollection))]
public sealed class CausalEvaluatorTests
{
    private static readonly CausalOptions options = new() { CausalImages = 200 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Measure_OfANetwork_GivesEveryFactorOfEveryLayerAndLeavesNoTensor()
    {
        using SslMethod method = Method(3);
        CausalEvaluator evaluator = Evaluator(3);
        IReadOnlyList<CausalLayer> layers = evaluator.Measure(method, Token);
        Assert.Equal(LayerFeatures.Names, layers.Select(layer => layer.Layer));
        Assert.All(layers, layer =>
        {
            Assert.Equal(CausalShapes.Factors, layer.Factors.Select(reading => reading.Factor));
            Assert.All(layer.Factors, reading => Assert.InRange(reading.Answer, 1e-9, 4));
            Assert.All(layer.Factors.Where(reading => reading.Chance > 0), reading => Assert.InRange(reading.Value, 0, 1));
            Assert.Equal([0.9, 0, -0.9], layer.Shortcut.Accuracies.Select(test => test.Rho));
            Assert.Equal(layer.Factors[0].Answer, layer.Sensitivity.Relevant);
        });

        LiveTensors.Settle();
        long before = LiveTensors.Count;
        IReadOnlyList<CausalLayer> again = evaluator.Measure(method, Token);
        Assert.Equal(before, LiveTensors.Count);
        Assert.Equal(layers.SelectMany(layer => layer.Factors), again.SelectMany(layer => layer.Factors));
    }

    /// <summary>Even untrained layers see hue and light; a probe on hue and texture is misled where these are turned around.</summary>
    [Fact]
    public void Measure_OfAnUntrainedNetwork_ReadsColourAndFallsForTheShortcut()
    {
        using SslMethod method = Method(3);
        CausalLayer stem = Evaluator(3, new CausalOptions { CausalImages = 400 }).Measure(method, Token)[0];
        double Of(CausalFactor factor) => stem.Factors.Single(reading => reading.Factor == factor).Value;
        Assert.True(Of(CausalFactor.Hue) > 0.3, $"hue {Of(CausalFactor.Hue)}");
        Assert.True(Of(CausalFactor.Light) > 0.3, $"light {Of(CausalFactor.Light)}");
        Assert.True(Of(CausalFactor.Hue) > Of(CausalFactor.Shape));
        double[] accuracies = [.. stem.Shortcut.Accuracies.Select(test => test.Result.Accuracy)];
        Assert.True(accuracies[0] > accuracies[1] + 0.2 && accuracies[1] > accuracies[2], string.Join(", ", accuracies));
        Assert.True(stem.Sensitivity.Ratio > 1, $"ratio {stem.Sensitivity.Ratio}");
    }

    [Fact]
    public void Measure_OfAGreyNetwork_Works()
    {
        using SslMethod method = Method(1);
        Assert.Equal(LayerFeatures.Names.Count, Evaluator(1).Measure(method, Token).Count);
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.Contains("--causal-images", Assert.Throws<InvalidOptionException>(() => Evaluator(3, new CausalOptions { CausalImages = 10 })).Message, StringComparison.Ordinal);
        Assert.Contains("--causal-rho", Assert.Throws<InvalidOptionException>(() => new CausalOptions { CausalRho = 2 }.Validate()).Message, StringComparison.Ordinal);
        Assert.Contains("--causal-rho", Assert.Throws<InvalidOptionException>(() => new CausalOptions { CausalRho = 0 }.Validate()).Message, StringComparison.Ordinal);
    }

    private static CausalEvaluator Evaluator(int channels, CausalOptions? how = null)
    {
        var statistics = new ChannelStatistics([.. Enumerable.Repeat(0.5f, channels)], [.. Enumerable.Repeat(0.25f, channels)]);
        return new CausalEvaluator(new ViewAugmenter(new AugmentationOptions(), Tiny.ImageSize, channels, statistics), how ?? options, 1, CPU);
    }

    private static SslMethod Method(int channels)
    {
        manual_seed(3);
        return MethodRegistry.Find("simclr").Create(new SimClrOptions { ProjectorHidden = 16, ProjectorOutput = 8 }, new ResNet(Tiny.Network, channels, Tiny.ImageSize));
    }
}
