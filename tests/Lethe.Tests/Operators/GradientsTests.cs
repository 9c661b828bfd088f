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
    public void Of_FreedGraph_IsAnErrorAndTorchWorksOn()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor([1.0, 2.0]).requires_grad_(), loss = x.exp().sum();
        Gradients.Of(loss, [x], retainGraph: false);
        Action[] passes =
            [() => Gradients.Of(loss, [x]), () => Gradients.Of(loss, [x], createGraph: true), () => Gradients.Accumulate(loss)];
        foreach (Action again in passes)
            Assert.Contains("a second time", Assert.Throws<InvalidOperationException>(again).Message);
        Assert.Equal([2.0, 4.0], Gradients.Of(x.square().sum(), [x])[0].data<double>().ToArray());
    }

    [Fact]
    public void Of_TensorChangedInPlace_IsAnErrorAndTorchWorksOn()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor([1.0, 2.0]).requires_grad_(), y = x.exp(), loss = y.square().sum();
        using (no_grad())
            y.mul_(2);
        Assert.Contains("inplace", Assert.Throws<InvalidOperationException>(() => Gradients.Of(loss, [x])).Message);
        Assert.Contains("inplace", Assert.Throws<InvalidOperationException>(() => Gradients.Accumulate(loss)).Message);
        Assert.Equal([2.0, 4.0], Gradients.Of(x.square().sum(), [x])[0].data<double>().ToArray());
    }

    [Fact]
    public void Of_NoMemoryInBackward_IsAnErrorAndTorchWorksOn()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(1).requires_grad_();

        // What is selected from takes no memory; its gradient, mostly zeros, would.
        Tensor loss = x.expand(1L << 46).select(0, 5);
        Assert.Contains("memory", Assert.Throws<InvalidOperationException>(() => Gradients.Of(loss, [x])).Message);
        Assert.Equal(2, Gradients.Of(x.square().sum(), [x])[0].item<float>());
    }

    [Fact]
    public void Of_Inputs_KeepWhatIsInTheirGradients()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(2).requires_grad_(), y = x * 2, other = ones(2).requires_grad_();
        Gradients.Accumulate((x * 5).sum());
        Gradients.Of((y * y * other).sum(), [x, y], createGraph: true);
        Assert.Equal([5f, 5f], x.grad!.data<float>().ToArray());
        Assert.Null(other.grad);
    }

    [Fact]
    public void Of_SeveralThreads_GivesEachItsOwn() => Parallel.For(1, 9, number =>
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor((double)number).requires_grad_();
        for (int i = 0; i < 50; i++)
            Assert.Equal(3 * number * number, Gradients.Of(x.pow(3), [x], createGraph: i % 2 == 0)[0].item<double>());
    });

    [Fact]
    public void Accumulate_LossThatIsNone_IsRefused()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(2).requires_grad_(), disposed = x.sum();
        disposed.Dispose();
        Assert.Contains("mean or sum", Assert.Throws<ArgumentException>(() => Gradients.Accumulate(x * 2)).Message);
        Assert.Contains("no graph", Assert.Throws<ArgumentException>(() => Gradients.Accumulate(ones(1))).Message);
        Assert.Contains("disposed", Assert.Throws<ArgumentException>(() => Gradients.Accumulate(disposed)).Message);
        Assert.Throws<ArgumentNullException>(() => Gradients.Accumulate(null!));
    }

    [Fact]
    public void Of_WrongInputs_AreRefused()
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
