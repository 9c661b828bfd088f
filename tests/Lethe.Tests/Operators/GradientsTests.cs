using Lethe.Operators;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Operators;

public class GradientsTests
{
    [Fact]
    public void Of_UsedAndUnusedInputs_GivesGradientsAndZeros()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor([1.0, 2.0]).requires_grad_(), unused = ones(2, 3).requires_grad_();
        Tensor[] gradients = Gradients.Of(x.square().sum(), [x, unused]);
        Assert.Equal([2.0, 4.0], gradients[0].data<double>().ToArray());
        Assert.Equal([2, 3], gradients[1].shape);
        Assert.Equal(0, gradients[1].abs().sum().ToSingle());
    }

    [Fact]
    public void Of_WithGraph_CanBeDifferentiatedAgain()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor([1.0, 2.0]).requires_grad_();
        Tensor gradient = Gradients.Of(x.pow(3).sum(), [x], createGraph: true, retainGraph: false)[0];
        Assert.Equal([6.0, 12.0], Gradients.Of(gradient.sum(), [x])[0].data<double>().ToArray());
    }

    [Fact]
    public void Of_ByDefault_LeavesTheGraphForASecondCall()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor([1.0, 2.0]).requires_grad_(), y = x.exp();
        Tensor loss = y.square().sum();
        double once = Gradients.Of(loss, [y])[0].sum().ToDouble(), twice = Gradients.Of(loss, [y])[0].sum().ToDouble();
        Assert.Equal(2 * (Math.E + Math.E * Math.E), once, 1e-12);
        Assert.Equal(once, twice);
        Assert.Null(x.grad);
    }

    [Fact]
    public void Of_LossOfShapeOne_IsAScalarToo()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor([3.0]).requires_grad_();
        Assert.Equal(6, Gradients.Of(x.square(), [x])[0].item<double>());
    }

    [Fact]
    public void Of_InputsThatWouldEndTheProcess_AreRefusedBefore()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(2).requires_grad_(), constant = ones(2);
        Tensor loss = (x * 2).sum(), disposed = x * 3;
        disposed.Dispose();
        Assert.Contains("mean or sum", Assert.Throws<ArgumentException>(() => Gradients.Of(x * 2, [x])).Message);
        Assert.Contains("no graph", Assert.Throws<ArgumentException>(() => Gradients.Of(constant.sum(), [x])).Message);
        Assert.Contains("no graph", Assert.Throws<ArgumentException>(() => Gradients.Of(loss.detach(), [x])).Message);
        Assert.Contains("Input 1", Assert.Throws<ArgumentException>(() => Gradients.Of(loss, [x, constant])).Message);
        Assert.Contains("Input 0", Assert.Throws<ArgumentException>(() => Gradients.Of(loss, [disposed])).Message);
        Assert.Contains("disposed", Assert.Throws<ArgumentException>(() => Gradients.Of(disposed, [x])).Message);
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => Gradients.Of(loss, [])).Message);
        Assert.Throws<ArgumentNullException>(() => Gradients.Of(null!, [x]));
        Assert.Equal(4, Gradients.Of(loss, [x])[0].sum().ToSingle());
    }

    [Fact]
    public void Of_ManyCalls_LeavesNoTensorsBehind()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(4).requires_grad_(), unused = ones(4).requires_grad_();
        for (int i = 0; i < 5; i++)
        {
            long before = scope.DisposablesCount;
            using (NewDisposeScope())
            {
                Gradients.Of((x.exp() * i).sum(), [x, unused], createGraph: true);
            }

            Assert.Equal(before, scope.DisposablesCount);
        }
    }
}
