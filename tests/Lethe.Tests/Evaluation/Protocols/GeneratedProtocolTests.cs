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
            .Where(result => result is { Layer: "stem", Variant: not "interventions, whitened" }).ToDictionary(result => result.Measure, result => result.Value);
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
            [LayerNames.Pixels, .. LayerNames.All],
            Run(new CausalProtocol(new CausalProtocolOptions { CausalImages = 60 }), 1).Select(result => result.Layer).Distinct()
                .OrderBy(layer => layer != LayerNames.Pixels));

    /// <summary>
    /// The ratio in pixels, by a loop over the pictures: normalised as the encoder takes them, rows of length 1, in double precision.
    /// </summary>
    [Fact]
    public void Causal_Pixels_HaveTheRatioThatALoopFinds()
    {
        (_, ImageSet test, Func<string, string, string, double> read) = Interventions();
        double irrelevant = Answer(CausalShapes.Irrelevant), relevant = Answer([CausalFactor.Shape]);
        double Of(string layer, string measure) => read("interventions", layer, measure);
        Assert.Equal(irrelevant, Of(LayerNames.Pixels, Score.IrrelevantAnswer), 1e-6);
        Assert.Equal(relevant, Of(LayerNames.Pixels, Score.RelevantAnswer), 1e-6);
        Assert.Equal(irrelevant / relevant, Of(LayerNames.Pixels, Score.Sensitivity), 1e-4);
        Assert.Equal(
            Of("layer2", Score.Sensitivity) / Of(LayerNames.Pixels, Score.Sensitivity), Of("layer2", Score.SensitivityOverPixels), 1e-9);

        double Answer(IReadOnlyList<CausalFactor> changed)
        {
            CausalFactors[] before = CausalTestImages.Factors(test, 0), after = CausalTestImages.Intervened(test, changed);
            double sum = 0;
            for (int i = 0; i < before.Length; i++)
            {
                double[] first = Row(before[i]), second = Row(after[i]);
                for (int p = 0; p < first.Length; p++)
                    sum += (first[p] - second[p]) * (first[p] - second[p]);
            }

            return sum / before.Length;
        }

        static double[] Row(CausalFactors factors)
        {
            double[] row = [.. CausalShapes.Render(factors, Tiny.ImageSize).Pixels.ToArray().Select(p => ((p / 255.0) - 0.5) / 0.25)];
            double norm = Math.Sqrt(row.Sum(p => p * p));
            return [.. row.Select(p => p / norm)];
        }
    }

    /// <summary>The whitened reading is the plain one of features that were whitened by hand, with moments of the images to fit.</summary>
    [Fact]
    public void Causal_Whitened_IsThePlainReadingOfWhitenedFeatures()
    {
        using EncoderState encoder = Encoder(3, out SslMethod method);
        using SslMethod whole = method;
        CancellationToken token = TestContext.Current.CancellationToken;
        (ImageSet fitted, ImageSet test, Func<string, string, string, double> read) = Interventions();
        ImageSet under = CausalShapes.Images(
            "changed", CausalTestImages.Intervened(test, [CausalFactor.Shape]), Tiny.ImageSize, 1, token);

        // Σ^(−½) by Newton and Schulz' iteration: another road than an eigendecomposition.
        Tensor rows = encoder.Features(fitted, token)["layer4"].to(ScalarType.Float64), mean = rows.mean([0]);
        Tensor centred = rows - mean, covariance = centred.t().mm(centred) / (rows.shape[0] - 1);
        long d = covariance.shape[0];
        Tensor one = eye(d, dtype: ScalarType.Float64);
        covariance = (covariance * (1 - 1e-3)) + (one * (1e-3 * covariance.diagonal().mean()));
        Tensor scale = covariance.norm(), y = covariance / scale, z = one;
        for (int i = 0; i < 60; i++)
        {
            Tensor step = ((one * 3) - z.mm(y)) * 0.5;
            (y, z) = (y.mm(step), step.mm(z));
        }

        Tensor root = z / scale.sqrt();
        Tensor Unit(ImageSet set)
        {
            Tensor white = (encoder.Features(set, token)["layer4"].to(ScalarType.Float64) - mean).mm(root);
            return white / white.norm(1, keepdim: true);
        }

        double expected = (Unit(test) - Unit(under)).square().sum(1).mean().item<double>();
        Assert.Equal(expected, read("interventions, whitened", "layer4", Score.RelevantAnswer), 1e-6);
    }

    /// <summary>
    /// An intervention changes what it says and nothing else, and the images at another ρ are the same in all but hue and texture.
    /// </summary>
    [Fact]
    public void Causal_ChangedImages_DifferInWhatWasChangedAlone()
    {
        (_, ImageSet test) = new CausalProtocol(new CausalProtocolOptions { CausalImages = 50 }).Draw(
            16, 8, 1, TestContext.Current.CancellationToken);
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
        Assert.Equal(
            ["nearest cells", "without labels"],
            Run(new DenseProtocol(new DenseProtocolOptions { DenseImages = 8, DenseTestImages = 2, DenseTraining = false }), 3)
                .Select(result => result.Variant).Distinct());
        IReadOnlyList<ProtocolResult> found = Run(
            protocol, 3, (new FittingImages("rectangles", Rectangles(1, 64), Rectangles(1, 64)), Rectangles(2, 32)));
        double Of(string variant, string layer = "layer4") =>
            found.Single(result => result.Variant == variant && result.Measure == Score.MeanIntersection && result.Layer == layer).Value;
        Assert.Equal(
            ["nearest cells", "without labels", "frozen", "frozen, all layers", "fine-tuned, all layers"],
            found.Select(result => result.Variant).Distinct());
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

    /// <summary>Scenes are as large as the last map needs to have 8 cells a side, or as the encoder sees, or as was asked for.</summary>
    [Theory]
    [InlineData(16, 8, 0, 64)]
    [InlineData(96, 8, 0, 96)]
    [InlineData(128, 32, 0, 256)]
    [InlineData(128, 32, 32, 32)]
    public void Dense_Scenes_AreLargeEnoughForTheLastMap(int size, int stride, int asked, int expected)
    {
        var protocol = new DenseProtocol(new DenseProtocolOptions { DenseImages = 2, DenseTestImages = 1, DenseSize = asked });
        (FittingImages fitting, ImageSet test) = protocol.Draw(size, stride, 1, TestContext.Current.CancellationToken);
        Assert.Equal((expected, expected), (fitting.Train[0].Height, test[0].Width));
    }

    [Theory]
    [InlineData("small", 16, 64)]
    [InlineData("large", 96, 256)]
    public void Stride_OfANetwork_IsThatOfItsLastMap(string stem, int imageSize, int scene)
    {
        using var network = new ResNet(Tiny.Network with { Stem = stem }, 3, imageSize);
        network.eval();
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        Assert.Equal(scene / network.Stride, network.ForwardMaps(zeros(1, 3, scene, scene))[^1].shape[2]);
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
        using EncoderState encoder = Encoder(channels, out SslMethod method);
        using SslMethod whole = method;
        (FittingImages fitting, ImageSet test) = images ?? protocol.Draw(Tiny.ImageSize, 8, 1, TestContext.Current.CancellationToken);
        return ProtocolRunner.Run(protocol, encoder, fitting, test, 1, cancellation: TestContext.Current.CancellationToken);
    }

    private static (ImageSet Fitted, ImageSet Test, Func<string, string, string, double> Read) Interventions()
    {
        using EncoderState encoder = Encoder(3, out SslMethod method);
        using SslMethod whole = method;
        CancellationToken token = TestContext.Current.CancellationToken;
        (FittingImages fitting, ImageSet test) =
            new CausalProtocol(new CausalProtocolOptions { CausalImages = 60 }).Draw(Tiny.ImageSize, 8, 1, token);
        var found = new Dictionary<(string, string, string), double>();
        foreach (InterventionModel model in CausalProtocol.Interventions(encoder, fitting.Probe, new ChangedImages(), token))
        {
            using (model)
            {
                foreach (Score score in model.Measure(encoder, test, 1, token))
                    found.Add((model.Variant, model.Layer, score.Measure), score.Value);
            }
        }

        return (fitting.Probe, test, (variant, layer, measure) => found[(variant, layer, measure)]);
    }

    private static EncoderState Encoder(int channels, out SslMethod method)
    {
        manual_seed(3);
        method = MethodRegistry.Find("simclr").Create(
            new SimClrOptions { ProjectorHidden = 16, ProjectorOutput = 8 }, new ResNet(Tiny.Network, channels, Tiny.ImageSize));
        var statistics = new Lethe.Augmentation.ChannelStatistics(
            [.. Enumerable.Repeat(0.5f, channels)], [.. Enumerable.Repeat(0.25f, channels)]);
        return new EncoderState(method, statistics, CPU, 1, untrained: false);
    }
}
