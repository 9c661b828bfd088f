using Lethe.Models;
using Lethe.Tests.Methods;
using static TorchSharp.torch;

namespace Lethe.Tests.Models;

[Collection(typeof(TorchCollection))]
public class ProjectorTests
{
    [Fact]
    public void Create_ThreeSizes_HasNoBiasBeforeBatchNorm()
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> projector = Projector.Create([6, 5, 3]);
        Assert.Equal(
            ["0.weight", "1.bias", "1.num_batches_tracked", "1.running_mean", "1.running_var", "1.weight", "3.bias", "3.weight"],
            projector.state_dict().Keys.Order(StringComparer.Ordinal));
        Assert.Equal([4, 3], projector.forward(Tiny.Gaussian(1, 4, 6).to(ScalarType.Float32)).shape);
    }

    [Fact]
    public void Create_OutputNorm_StandardisesColumns()
    {
        using var scope = NewDisposeScope();
        using nn.Module<Tensor, Tensor> projector = Projector.Create([6, 3], outputNorm: true);
        Tensor output = projector.forward(Tiny.Gaussian(1, 50, 6).to(ScalarType.Float32));
        Assert.True(Tiny.Value(output.mean([0]).abs().max()) < 1e-5);
        Assert.True(Tiny.Value((output.var(0, unbiased: false) - 1).abs().max()) < 1e-2);
        Assert.DoesNotContain("0.bias", projector.state_dict().Keys);
    }

    [Fact]
    public void Create_NoOutputBias_HasNone()
    {
        using nn.Module<Tensor, Tensor> projector = Projector.Create([6, 5, 3], outputBias: false);
        Assert.DoesNotContain("3.bias", projector.state_dict().Keys);
        Assert.Contains("3.weight", projector.state_dict().Keys);
    }

    [Fact]
    public void Create_OneSize_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>(() => Projector.Create([6]));
}
