using Lethe.Methods;
using Lethe.Models;
using Lethe.Tests.Methods;
using Lethe.Training;
using static TorchSharp.torch;

namespace Lethe.Tests.Models;

[Collection<TorchCollection>]
public sealed class WhiteningTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void PlaceWhitening_SetAndTakenAway_IsTheMapAndThenNothing()
    {
        using var scope = NewDisposeScope();
        using IDisposable frozen = no_grad();
        using ResNet network = Tiny.Backbone();
        network.eval();
        Tensor images = Tiny.Images(3), plain = network.forward(images);
        SortedDictionary<string, string> bits = Tiny.Bits(network);
        network.PlaceWhitening(true);
        Assert.Equal(bits.Count + 2, network.state_dict().Count);
        Assert.DoesNotContain(network.parameters(), parameter => parameter.dim() == 2);
        Assert.Equal(Rows(plain), Rows(network.forward(images)));

        long d = network.FeatureDimension;
        Tensor mean = Tiny.Gaussian(3, d).to(ScalarType.Float64), root = Tiny.Gaussian(4, d, d).to(ScalarType.Float64);
        Tensor matrix = root.mm(root.t());
        network.Whitening!.Set(mean, matrix);
        double[] expected = Rows((plain.to(ScalarType.Float64) - mean).mm(matrix)), found = Rows(network.forward(images));
        double largest = expected.Max(Math.Abs);
        Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * largest));
        Assert.All(
            Rows(plain).Zip(Rows(network.Whitening.Inverse(network.forward(images).to(ScalarType.Float64)))),
            pair => Assert.Equal(pair.First, pair.Second, 1e-2));

        network.PlaceWhitening(false);
        Assert.Equal(bits, Tiny.Bits(network));
        Assert.Equal(Rows(plain), Rows(network.forward(images)));
    }

    [Fact]
    public void Checkpoint_WithAndWithoutWhitening_IsLoadedIntoEither()
    {
        using SslMethod whitened = Tiny.Method(), other = Tiny.Method(seed: 2);
        SortedDictionary<string, string> plain = Tiny.Bits(whitened);
        Checkpoint.Save(folder["plain.safetensors"], whitened, null, new TrainingState());
        whitened.Backbone.PlaceWhitening(true);
        using (NewDisposeScope())
        {
            long d = whitened.Backbone.FeatureDimension;
            whitened.Backbone.Whitening!.Set(Tiny.Gaussian(3, d).to(ScalarType.Float64), eye(d, dtype: ScalarType.Float64));
        }

        Checkpoint.Save(folder["whitened.safetensors"], whitened, null, new TrainingState());
        Checkpoint.Load(folder["whitened.safetensors"], other);
        Assert.Equal(Tiny.Bits(whitened), Tiny.Bits(other));
        Checkpoint.Load(folder["plain.safetensors"], other);
        Assert.Null(other.Backbone.Whitening);
        Assert.Equal(plain, Tiny.Bits(other));
    }

    private static double[] Rows(Tensor tensor) => tensor.to(ScalarType.Float64).contiguous().data<double>().ToArray();
}
