using Lethe.Models;
using Lethe.Operators;
using Lethe.Tests.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Models;

[Collection(typeof(TorchCollection))]
public class BatchNormStatisticsTests
{
    [Fact]
    public void Hold_TrainingPasses_LeaveRunningStatisticsBitForBit()
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone();
        network.train();
        network.forward(Tiny.Images(4));
        SortedDictionary<string, string> before = Statistics(network);
        Tensor free = network.forward(Tiny.Images(4, seed: 2));
        SortedDictionary<string, string> after = Statistics(network);
        Assert.NotEqual(before, after);

        using (BatchNormStatistics.Hold(network))
        {
            Tensor held = network.forward(Tiny.Images(4, seed: 2));
            network.forward(Tiny.Images(4, seed: 3) * 100);
            Assert.Equal(free.data<float>().ToArray(), held.data<float>().ToArray());
        }

        Assert.Equal(after, Statistics(network));
        network.forward(Tiny.Images(4, seed: 3));
        Assert.NotEqual(after, Statistics(network));
    }

    [Fact]
    public void Hold_WithinAHold_RestoresWhatItFound()
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone();
        SortedDictionary<string, string> before = Statistics(network);
        using (BatchNormStatistics.Hold(network))
        {
            using (BatchNormStatistics.UseRunning(network))
            {
            }

            network.forward(Tiny.Images(4));
            Assert.Equal(before, Statistics(network));
        }

        network.forward(Tiny.Images(4));
        Assert.NotEqual(before, Statistics(network));
    }

    [Fact]
    public void UseRunning_TrainingMode_IsEvaluationModeAndMovesNothing()
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone();
        network.forward(Tiny.Images(4));
        SortedDictionary<string, string> before = Statistics(network);
        Tensor training;
        using (BatchNormStatistics.UseRunning(network))
            training = network.forward(Tiny.Images(3, seed: 2));
        Assert.Equal(before, Statistics(network));
        network.eval();
        Assert.True(Tiny.RelativeError([training], [network.forward(Tiny.Images(3, seed: 2))]) < 1e-6);
    }

    [Theory]
    [InlineData("projector")]
    [InlineData("backbone")]
    public void HoldForThirdDerivative_Values_AreThoseOfOtherPasses(string part)
    {
        using var scope = NewDisposeScope();
        using ResNet network = Tiny.Backbone();
        network.to(ScalarType.Float64);
        using nn.Module<Tensor, Tensor> projector = Projector.Create([6, 5, 3], outputNorm: true);
        projector.to(ScalarType.Float64);
        nn.Module<Tensor, Tensor> module = part == "backbone" ? network : projector;
        Tensor input = part == "backbone" ? Tiny.Images(4, ScalarType.Float64) : Tiny.Gaussian(1, 8, 6);
        SortedDictionary<string, string> before = Statistics(module);
        Tensor found;
        using (BatchNormStatistics.HoldForThirdDerivative(module))
            found = module.forward(input);
        Assert.Equal(before, Statistics(module));
        Assert.True(Tiny.RelativeError([found], [module.forward(input)]) < 1e-12);
    }

    /// <summary>Torch's own operation does not pass this: its second derivative is right, its third is not.</summary>
    [Fact]
    public void HoldForThirdDerivative_ThirdDerivative_IsThatOfFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        using var layer = new BatchNormLayer(3);
        layer.to(ScalarType.Float64);
        Tensor input = Tiny.Gaussian(1, 5, 3, 2, 2), a = Tiny.Gaussian(2, 5, 3, 2, 2), b = Tiny.Gaussian(3, 5, 3, 2, 2),
            c = Tiny.Gaussian(4, 5, 3, 2, 2);
        Tensor Second(double step)
        {
            Tensor leaf = (input + step * c).requires_grad_();
            Tensor first = Gradients.Of(layer.forward(leaf).pow(3).sum(), [leaf], createGraph: true)[0];
            return (Gradients.Of((first * a).sum(), [leaf], createGraph: true)[0] * b).sum();
        }

        using BatchNormStatistics held = BatchNormStatistics.HoldForThirdDerivative(layer);
        Tensor at = input.detach().clone().requires_grad_();
        Tensor once = Gradients.Of(layer.forward(at).pow(3).sum(), [at], createGraph: true)[0];
        Tensor twice = Gradients.Of((once * a).sum(), [at], createGraph: true)[0];
        Tensor thrice = Gradients.Of((twice * b).sum(), [at])[0];
        double expected = (Tiny.Value(Second(1e-5)) - Tiny.Value(Second(-1e-5))) / 2e-5;
        Assert.Equal(expected, Tiny.Value((thrice * c).sum()), 1e-6 * Math.Abs(expected));
    }

    private static SortedDictionary<string, string> Statistics(nn.Module network) =>
        Tiny.Bits(network.state_dict().Where(entry => entry.Key.Contains("running_", StringComparison.Ordinal)));
}
