using Lethe.Models;
using Lethe.Operators;
using Lethe.Tests.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Models;

/// <summary>
/// Whole networks, as they run on this machine, against the same network in float64, which runs on torch's plain matrix products.
/// </summary>
[Collection(typeof(TorchCollection))]
public class NetworkNumbersTests
{
    public static TheoryData<string, int, int> Quick => new()
    {
        { "resnet18", 4, 32 }, { "resnet18", 6, 32 }, { "resnet18", 12, 32 }, { "resnet18", 16, 32 }, { "resnet18", 20, 32 },
        { "resnet18", 24, 32 },
        { "resnet10", 16, 32 }, { "resnet18", 64, 32 }, { "resnet34", 16, 32 }, { "resnet50", 64, 32 },
        { "resnet50", 4, 32 }, { "resnet50", 16, 32 }, { "resnet50", 20, 32 },
        { "resnet18", 6, 224 }, { "resnet50", 4, 224 },
    };

    public static TheoryData<string, int, int> Long => new()
    {
        { "resnet18", 36, 32 }, { "resnet18", 60, 32 }, { "resnet34", 64, 32 }, { "resnet50", 32, 32 }, { "resnet18", 16, 224 }, { "resnet18", 64, 224 },
        { "resnet50", 16, 224 }, { "resnet50", 64, 224 },
    };

    [Theory]
    [MemberData(nameof(Quick))]
    public void Gradients_OfANetwork_AreThoseOfFloat64(string backbone, int width, int size) => Compare(backbone, width, size);

    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [MemberData(nameof(Long))]
    public void Gradients_OfALargeNetwork_AreThoseOfFloat64(string backbone, int width, int size) => Compare(backbone, width, size);

    [Theory]
    [InlineData("resnet18", 12)]
    [InlineData("resnet50", 16)]
    public void Gradients_WithTorchsOperations_AreThoseOfFloat64(string backbone, int width)
    {
        OperatorSwitch.Choose(OperatorSwitch.Torch);
        try
        {
            Assert.Equal(OperatorSwitch.Torch, OperatorSwitch.Description);
            Compare(backbone, width, 32);
        }
        finally
        {
            OperatorSwitch.Choose(OperatorSwitch.Ours);
        }
    }

    // Each convolution is off by at most 57 u of its size (ConvolutionKernelTests), and what comes after passes that on, so that the output
    // is off by the sum over layers. A number near zero may be rectified in one network and not in the other: a share of some 57 l·u in
    // layer l, L²/2 of that in all layers that a gradient comes through; and a share s of wrong terms changes the norm of a gradient by √s
    // of it.
    private static void Compare(string backbone, int width, int size)
    {
        const double Unit = 1.0 / (1 << 24);
        int layers = backbone switch { "resnet10" => 10, "resnet18" => 18, "resnet34" => 34, _ => 50 };
        double ofOutput = layers * 57 * Unit, ofGradient = Math.Sqrt(layers * layers / 2.0 * 57 * Unit);
        int images = size > 100 ? 2 : 4;
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var network = new ResNet(new BackboneOptions { Backbone = backbone, Width = width }, 3, size);
        using var exact = new ResNet(new BackboneOptions { Backbone = backbone, Width = width }, 3, size);
        exact.load_state_dict(network.state_dict());
        exact.to(ScalarType.Float64);
        Tensor x = Tiny.Gaussian(2, images, 3, size, size).to(ScalarType.Float32),
            last = x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        Tensor direction = Tiny.Gaussian(3, images, network.FeatureDimension).to(ScalarType.Float32);
        (Tensor output, Tensor[] gradients) = Run(exact, x.to(ScalarType.Float64), direction.to(ScalarType.Float64));
        int before = get_num_threads();
        try
        {
            foreach ((Tensor map, int threads) in new[] { (x, 1), (last, 1), (last, 2) })
            {
                set_num_threads(threads);
                (Tensor found, Tensor[] foundGradients) = Run(network, map, direction);
                Assert.InRange(Tiny.RelativeError([found], [output]), 0, ofOutput);
                Assert.InRange(Tiny.RelativeError(foundGradients, gradients), 0, ofGradient);
            }
        }
        finally
        {
            set_num_threads(before);
        }
    }

    private static (Tensor Output, Tensor[] Gradients) Run(ResNet network, Tensor images, Tensor direction)
    {
        Tensor output = network.forward(images);
        return (output.detach(), Lethe.Operators.Gradients.Of((output * direction).sum(), [.. network.parameters()], retainGraph: false));
    }
}
