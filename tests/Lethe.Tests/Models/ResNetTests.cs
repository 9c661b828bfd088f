using Lethe.Models;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Tests.Methods;
using static TorchSharp.torch;

namespace Lethe.Tests.Models;

[Collection(typeof(TorchCollection))]
public class ResNetTests
{
    private static readonly BackboneOptions narrowBottleneck = new() { Backbone = "resnet50", Width = 4 };

    public static TheoryData<string, SplitPoint> Splits() =>
        new MatrixTheoryData<string, SplitPoint>(["resnet10", "resnet50"], Enum.GetValues<SplitPoint>());

    /// <summary>
    /// torchvision.txt is what torchvision 0.14.1 gives: for each of the three networks, each entry of
    /// <c>getattr(torchvision.models, name)().state_dict()</c> but those of <c>fc</c>, as "network name shape".
    /// </summary>
    [Theory]
    [InlineData("resnet18")]
    [InlineData("resnet34")]
    [InlineData("resnet50")]
    public void StateDict_PublishedWidth_HasTorchvisionsNamesAndShapes(string backbone)
    {
        using var network = new ResNet(new BackboneOptions { Backbone = backbone, Width = 64, Stem = "large" }, 3, 224);
        string[] expected =
        [
            .. File.ReadLines(Path.Combine(Repository.Root, "tests", "Lethe.Tests", "Models", "torchvision.txt")).Where(
                line => line.StartsWith(backbone + " ", StringComparison.Ordinal)),
        ];
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Order(StringComparer.Ordinal), Described(backbone, network).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void StateDict_SmallStemAndOtherWidth_DiffersInSizesOnly()
    {
        using var small = new ResNet(new BackboneOptions { Backbone = "resnet18", Width = 12 }, 1, 32);
        using var large = new ResNet(new BackboneOptions { Backbone = "resnet18", Width = 64 }, 3, 96);
        Dictionary<string, Tensor> state = small.state_dict();
        Assert.Equal(large.state_dict().Keys.Order(), state.Keys.Order());
        Assert.Equal([12, 1, 3, 3], state["conv1.weight"].shape);
        Assert.Equal([64, 3, 7, 7], large.state_dict()["conv1.weight"].shape);
        Assert.Equal([24, 12, 3, 3], state["layer2.0.conv1.weight"].shape);
        Assert.Equal([96, 96, 3, 3], state["layer4.1.conv2.weight"].shape);
        Assert.Equal((96, 512), (small.FeatureDimension, large.FeatureDimension));
    }

    [Theory]
    [InlineData("small", 32, 16)]
    [InlineData("auto", 32, 16)]
    [InlineData("large", 8, 4)]
    public void ForwardTo_EachStem_KeepsOrReducesResolution(string stem, int expectedStem, int expectedLayer2)
    {
        using var scope = NewDisposeScope();
        using ResNet network = new(Tiny.Network with { Stem = stem }, 3, 32);
        Tensor images = Tiny.Gaussian(1, 2, 3, 32, 32).to(ScalarType.Float32);
        Assert.Equal([2, 4, expectedStem, expectedStem], network.ForwardTo(SplitPoint.Stem, images).shape);
        Assert.Equal([2, 8, expectedLayer2, expectedLayer2], network.ForwardTo(SplitPoint.Layer2, images).shape);
        Assert.Equal([2, 32], network.forward(images).shape);
    }

    [Fact]
    public void Stem_Auto_IsLargeFrom96Pixels()
    {
        using ResNet below = new(Tiny.Network, 3, 95), from = new(Tiny.Network, 3, 96);
        Assert.Equal([3, 7], new[] { below, from }.Select(network => network.state_dict()["conv1.weight"].shape[3]));
    }

    [Theory]
    [MemberData(nameof(Splits))]
    public void ForwardFrom_OfForwardTo_IsForward(string backbone, SplitPoint split)
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone(options: narrowBottleneck with { Backbone = backbone });
        network.eval();
        Tensor images = Tiny.Images(3), whole = network.forward(images);
        Assert.True(Tiny.Value(whole.abs().sum()) > 0);
        Assert.Equal(whole.data<float>().ToArray(), network.ForwardFrom(split, network.ForwardTo(split, images)).data<float>().ToArray());
        Assert.Equal(5, network.PartsUpTo(split).Count + network.PartsAfter(split).Count);
    }

    [Theory]
    [InlineData("resnet10", 32)]
    [InlineData("resnet50", 128)]
    public void ForwardLayers_AnyNetwork_GivesOneDimensionAndEndsInForward(string backbone, int dimension)
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone(options: narrowBottleneck with { Backbone = backbone });
        network.eval();
        Tensor images = Tiny.Images(3);
        IReadOnlyList<Tensor> layers = network.ForwardLayers(images);
        Assert.Equal(ResNet.Layers.Count, layers.Count);
        Assert.All(layers, layer => Assert.Equal([3, dimension], layer.shape));
        Assert.True(Tiny.RelativeError([layers[^1]], [network.forward(images)]) < 1e-6);
        Tensor stem = network.ForwardTo(SplitPoint.Stem, images);
        Assert.True(Tiny.RelativeError([layers[0].mean([1])], [stem.mean([1, 2, 3])]) < 1e-5, "the cells of a layer average to its map");
    }

    [Fact]
    public void Constructor_SameSeed_SameWeights()
    {
        using ResNet one = Tiny.Backbone(7), same = Tiny.Backbone(7), other = Tiny.Backbone(8);
        Assert.Equal(Tiny.Bits(one), Tiny.Bits(same));
        Assert.NotEqual(Tiny.Bits(one)["conv1.weight"], Tiny.Bits(other)["conv1.weight"]);
    }

    [Fact]
    public void Constructor_Fresh_HasHeNormalConvolutionsByFanOut()
    {
        using var scope = NewDisposeScope();
        using ResNet network = new(new BackboneOptions { Backbone = "resnet10", Width = 64, Stem = "small" }, 3, 32);
        Tensor weight = network.state_dict()["layer3.0.conv1.weight"]; // [256, 128, 3, 3]
        Assert.Equal(Math.Sqrt(2 / (256 * 9.0)), Tiny.Value(weight.std()), 2e-4);
        Assert.Equal(0, Tiny.Value(weight.mean()), 2e-4);
        Assert.Equal(1, Tiny.Value(network.state_dict()["layer3.0.bn2.weight"].min()));
    }

    [Theory]
    [InlineData("resnet10", "bn2")]
    [InlineData("resnet50", "bn3")]
    public void Constructor_ZeroInit_StartsEachBranchAtZero(string backbone, string lastNorm)
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone(options: narrowBottleneck with { Backbone = backbone, ZeroInitResidual = true });
        var zero = network.state_dict().Where(entry => entry.Key.EndsWith($"{lastNorm}.weight", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(zero);
        Assert.All(zero, entry => Assert.Equal(0, Tiny.Value(entry.Value.abs().sum())));
        network.eval();
        if (backbone == "resnet10")
        {
            // Without its branch the first block, which has no downsampling, is the identity on what ReLU let through.
            Tensor images = Tiny.Images(2);
            Assert.Equal(
                0, Tiny.Value((network.ForwardTo(SplitPoint.Stem, images) - network.ForwardTo(SplitPoint.Layer1, images)).abs().max()));
        }
    }

    [Fact]
    public void Train_WholeNetwork_ReachesEveryBatchNorm()
    {
        using ResNet network = Tiny.Backbone();
        network.eval();
        Assert.DoesNotContain(network.modules().OfType<BatchNormLayer>(), norm => norm.training);
        network.train();
        Assert.DoesNotContain(network.modules().OfType<BatchNormLayer>(), norm => !norm.training);
        Assert.Equal(12, network.modules().OfType<BatchNormLayer>().Count());
    }

    /// <summary>
    /// A strided 1×1 convolution of few channels in channels-last memory once wrote past its buffers, which ends the process sooner or
    /// later.
    /// </summary>
    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(12)]
    public void Backward_ChannelsLast_HasTheGradientsOfPlainMemory(int width)
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone(options: Tiny.Network with { Width = width });
        Tensor plain = Tiny.Images(6), last = plain.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        List<Tensor> parameters = [.. network.parameters()];
        for (int repeat = 0; repeat < 3; repeat++)
        {
            Tensor[] expected = Gradients.Of(network.forward(plain).square().sum(), parameters);
            Tensor[] found = Gradients.Of(network.forward(last).square().sum(), parameters);
            Assert.True(Tiny.RelativeError(found, expected) < 1e-3);
        }
    }

    [Theory]
    [InlineData("resnet10", 16)]
    [InlineData("resnet50", 15)]
    public void Downsample_OfAStage_IsTheStridedConvolution(string backbone, int size)
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone(options: narrowBottleneck with { Backbone = backbone, ZeroInitResidual = true });
        network.eval();
        Tensor images = Tiny.Gaussian(1, 2, 3, size, size).to(ScalarType.Float32);
        Tensor input = network.ForwardTo(SplitPoint.Layer1, images),
            expected = nn.functional.conv2d(input, network.state_dict()["layer2.0.downsample.0.weight"], strides: [2, 2]);

        // Fresh batch-norm in evaluation mode divides by √(1 + 1e-5); later blocks of the stage add a branch that starts at zero.
        expected = (expected / Math.Sqrt(1 + 1e-5)).relu();
        Assert.True(Tiny.RelativeError([network.ForwardTo(SplitPoint.Layer2, images)], [expected]) < 1e-5);
    }

    [Fact]
    public void Validate_BadOptions_SaysWhatToUse()
    {
        static string Message(BackboneOptions options) => Assert.Throws<InvalidOptionException>(() => new ResNet(options, 3, 32)).Message;
        Assert.Contains(
            "resnet101 or resnet152", Message(new BackboneOptions { Backbone = "resnet19" }), StringComparison.Ordinal);
        Assert.Contains("between 4 and 512", Message(new BackboneOptions { Width = 3 }), StringComparison.Ordinal);
        Assert.Contains("found 513", Message(new BackboneOptions { Width = 513 }), StringComparison.Ordinal);
        Assert.Contains("auto, small or large", Message(new BackboneOptions { Stem = "medium" }), StringComparison.Ordinal);
    }

    [Fact]
    public void ParseSplit_NamesOfLayers_AreThoseThatLeaveSomethingToTrain()
    {
        Assert.Equal(
            [SplitPoint.Stem, SplitPoint.Layer1, SplitPoint.Layer2, SplitPoint.Layer3],
            new[] { "stem", "layer1", "layer2", "layer3" }.Select(ResNet.ParseSplit));
        foreach (string name in (string[])["layer4", "input", "Layer2", ""])
            Assert.Contains(
                "stem, layer1, layer2 or layer3",
                Assert.Throws<InvalidOptionException>(() => ResNet.ParseSplit(name)).Message,
                StringComparison.Ordinal);
    }

    private static IEnumerable<string> Described(string backbone, ResNet network) =>
        network.state_dict().Select(entry => $"{backbone} {entry.Key} {string.Join(",", entry.Value.shape)}");
}
