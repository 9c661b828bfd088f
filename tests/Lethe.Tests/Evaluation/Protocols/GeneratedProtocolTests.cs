using Lethe.Data;
using Lethe.Data.Generated;
using Lethe.Evaluation;
using Lethe.Evaluation.Protocols;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runtime;
using Lethe.Tests.Methods;
using static TorchSharp.torch;

namespace Lethe.Tests.Evaluation.Protocols;

/// <summary>What the protocols find that draw their own images.</summary>
[Collection(typeof(TorchCollection))]
public class GeneratedProtocolTests
{
    /// <summary>
    /// Even untrained layers see hue and light; a classifier that goes by hue and texture is misled where these are turned around.
    /// </summary>
    [Fact]
    public void Causal_OfAnUntrainedNetwork_ReadsColourAndFallsForTheShortcut()
    {
        IReadOnlyDictionary<string, double> stem = Run(new CausalProtocol(new CausalProtocolOptions { CausalImages = 400 }), 3)
            .Where(result => result.Layer == "stem").ToDictionary(result => result.Measure, result => result.Value);
        Assert.True(
            stem["accuracy of hue"] > 0.3 && stem["R² of light"] > 0.3, $"hue {stem["accuracy of hue"]}, light {stem["R² of light"]}");
        Assert.True(stem["accuracy of hue"] > stem["accuracy of shape"]);
        Assert.True(
            stem[Score.TiedAccuracy] > stem[Score.UntiedAccuracy] + 0.2 && stem[Score.UntiedAccuracy] > stem[Score.TurnedAccuracy],
            string.Join(", ", stem));
        Assert.Equal(stem[Score.TiedAccuracy] - stem[Score.TurnedAccuracy], stem[Score.Drop], 1e-12);
        Assert.Equal(stem[Score.IrrelevantAnswer] / stem[Score.RelevantAnswer], stem[Score.Sensitivity], 1e-12);
        Assert.True(stem[Score.Sensitivity] > 1);
        Assert.Equal(9, stem.Keys.Count(measure => measure.Contains(" of ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Causal_OfAGreyNetwork_ReadsEveryLayer() =>
        Assert.Equal(
            LayerNames.All,
            Run(new CausalProtocol(new CausalProtocolOptions { CausalImages = 60 }), 1).Select(result => result.Layer).Distinct());

    /// <summary>
    /// An intervention changes what it says and nothing else, and the images at another ρ are the same in all but hue and texture.
    /// </summary>
    [Fact]
    public void Causal_ChangedImages_DifferInWhatWasChangedAlone()
    {
        (_, ImageSet test) = new CausalProtocol(new CausalProtocolOptions { CausalImages = 50 }).Draw(
            16, 1, TestContext.Current.CancellationToken);
        CausalFactors[] plain = CausalTestImages.Factors(test, 0), tied = CausalTestImages.Factors(test, 1),
            shaped = CausalTestImages.Intervened(test, [CausalFactor.Shape]);
        Assert.Equal(test.Labels!, plain.Select(factors => factors.Shape));
        Assert.All(
            plain.Zip(tied), pair => Assert.Equal(pair.First with { Hue = pair.First.Shape, Texture = pair.First.Shape }, pair.Second));
        Assert.All(plain.Zip(shaped), pair => Assert.Equal(pair.First, pair.Second with { Shape = pair.First.Shape }));
        Assert.All(plain.Zip(shaped), pair => Assert.NotEqual(pair.First.Shape, pair.Second.Shape));
    }

    [Theory]
    [InlineData(10, 0.9, "--causal-images")]
    [InlineData(100, 2.0, "--causal-rho")]
    [InlineData(100, 0.0, "--causal-rho")]
    public void CausalOptions_OutOfRange_AreRefused(int images, double rho, string expected) => Assert.Contains(
        expected, Assert.Throws<InvalidOptionException>(
            new CausalProtocolOptions { CausalImages = images, CausalRho = rho }.Validate).Message, StringComparison.Ordinal);

    /// <summary>
    /// Where a bright rectangle is the only class beside the background, heads find it, where it is: not mirrored, not turned, not of
    /// another image.
    /// </summary>
    [Fact]
    public void Dense_OfBrightRectangles_FindsThem()
    {
        var protocol = new DenseProtocol(new DenseProtocolOptions { FineTuneSteps = 60, FineTuneBatchSize = 16 });
        IReadOnlyList<ProtocolResult> found = Run(
            protocol, 3, (new FittingImages("rectangles", Rectangles(1, 64), Rectangles(1, 64)), Rectangles(2, 32)));
        double Of(string variant, string layer = "layer4") =>
            found.Single(result => result.Variant == variant && result.Measure == Score.MeanIntersection && result.Layer == layer).Value;
        Assert.Equal(["frozen", "frozen, all layers", "fine-tuned, all layers"], found.Select(result => result.Variant).Distinct());
        Assert.Equal(5, found.Count(result => result is { Variant: "frozen", Measure: Score.MeanIntersection }));
        Assert.True(Of("frozen", "stem") > 0.8, $"{Of("frozen", "stem")}");
        Assert.True(Of("frozen, all layers") > 0.8, $"{Of("frozen, all layers")}");
        Assert.True(Of("fine-tuned, all layers") > 0.8, $"{Of("fine-tuned, all layers")}");
        Assert.True(Of("frozen", "stem") > Of("frozen", "layer4"));

        static ImageSet Rectangles(ulong seed, int count)
        {
            var stream = new Lethe.Numerics.RandomStream(seed);
            var images = new Image[count];
            var masks = new ReadOnlyMemory<byte>[count];
            for (int i = 0; i < count; i++)
            {
                byte[] pixels = new byte[16 * 16 * 3], mask = new byte[16 * 16];
                int left = stream.NextInt(10), top = stream.NextInt(10), width = 3 + stream.NextInt(8), height = 3 + stream.NextInt(4);
                for (int p = 0; p < mask.Length; p++)
                {
                    bool inside = p % 16 >= left && p % 16 < left + width && p / 16 >= top && p / 16 < top + height;
                    mask[p] = (byte)(inside ? 1 : 0);
                    pixels.AsSpan(3 * p, 3).Fill((byte)((inside ? 180 : 20) + stream.NextInt(50)));
                }

                (images[i], masks[i]) = (new Image(pixels, 16, 16, 3), mask);
            }

            return new ImageSet("rectangles", images) { Masks = masks };
        }
    }

    [Theory]
    [InlineData(1, 10, 0.1, "--dense-images")]
    [InlineData(10, 0, 0.1, "--dense-test-images")]
    [InlineData(10, 10, 0.0, "--dense-head-learning-rate")]
    public void DenseOptions_OutOfRange_AreRefused(int images, int test, double rate, string expected) => Assert.Contains(
        expected,
        Assert.Throws<InvalidOptionException>(
            new DenseProtocolOptions { DenseImages = images, DenseTestImages = test, DenseHeadLearningRate = rate }.Validate).Message,
        StringComparison.Ordinal);

    private static IReadOnlyList<ProtocolResult> Run(
        GeneratingProtocol protocol, int channels, (FittingImages Fitting, ImageSet Test)? images = null)
    {
        manual_seed(3);
        using SslMethod method = MethodRegistry.Find("simclr").Create(
            new SimClrOptions { ProjectorHidden = 16, ProjectorOutput = 8 }, new ResNet(Tiny.Network, channels, Tiny.ImageSize));
        var statistics = new Lethe.Augmentation.ChannelStatistics(
            [.. Enumerable.Repeat(0.5f, channels)], [.. Enumerable.Repeat(0.25f, channels)]);
        using var encoder = new EncoderState(method, statistics, CPU, 1, untrained: false);
        (FittingImages fitting, ImageSet test) = images ?? protocol.Draw(Tiny.ImageSize, 1, TestContext.Current.CancellationToken);
        return ProtocolRunner.Run(protocol, encoder, fitting, test, 1, cancellation: TestContext.Current.CancellationToken);
    }
}
