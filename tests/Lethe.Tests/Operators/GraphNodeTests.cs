using System.Runtime.InteropServices;
using Lethe.Operators;
using Lethe.Tests.Training;
using static TorchSharp.torch;

namespace Lethe.Tests.Operators;

[Collection(typeof(TorchCollection))]
public class GraphNodeTests
{
    [Fact]
    public void Run_WithGraph_IsDifferentiableAsOftenAsItsParts()
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor([1.0, 2.0]).requires_grad_();
        Tensor first = Gradients.Of(Cube(x).sum(), [x], createGraph: true)[0];
        Tensor second = Gradients.Of(first.sum(), [x], createGraph: true)[0];
        Assert.Equal([3.0, 12.0], first.data<double>().ToArray());
        Assert.Equal([6.0, 12.0], second.data<double>().ToArray());
        Assert.Equal([6.0, 6.0], Gradients.Of(second.sum(), [x])[0].data<double>().ToArray());
    }

    [Fact]
    public void Run_WithoutGraph_LeavesNoNode()
    {
        using var scope = NewDisposeScope();
        int before = GraphNode.Count;
        Assert.False(Cube(ones(2)).requires_grad);
        using (no_grad())
            Assert.False(Cube(ones(2).requires_grad_()).requires_grad);
        Assert.Equal(before, GraphNode.Count);
    }

    [Fact]
    public void Run_ManyPasses_LeavesNoNodeAndNoTensor()
    {
        using var outer = NewDisposeScope();
        Tensor x = ones(3).requires_grad_();
        void Pass()
        {
            using var scope = NewDisposeScope();
            Gradients.Accumulate(Cube(Cube(x)).sum());
            Gradients.Of(Cube(x).sum(), [x], createGraph: true);
        }

        Pass();
        int nodes = GraphNode.Count;
        LiveTensors.Settle();
        long tensors = LiveTensors.Count;
        for (int i = 0; i < 50; i++)
            Pass();
        Assert.Equal(nodes, GraphNode.Count);
        Assert.Equal(tensors, LiveTensors.Count);
    }

    [Fact]
    public void Run_ErrorInTheGradient_IsThrownWhereItWasAskedFor()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(2).requires_grad_();
        Tensor y = GraphNode.Run([x], inputs => (inputs[0] * 2, []), (_, _, _) => throw new ArithmeticException("no gradient"));
        Assert.Equal("no gradient", Assert.Throws<ArithmeticException>(() => Gradients.Of(y.sum(), [x])).Message);
        Assert.Equal("no gradient", Assert.Throws<ArithmeticException>(() => Gradients.Accumulate(y.sum())).Message);
    }

    [Fact]
    public void Run_ErrorInTheGradientUnderTorchsOwnBackward_IsThrownToo()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(2).requires_grad_();
        Tensor y = GraphNode.Run([x, x * 2], inputs => (inputs[0] * 2, []), (_, _, _) => throw new ArithmeticException("no gradient"));
        Assert.Throws<ExternalException>(() => y.sum().backward());
        Assert.Equal([3f, 3f], Gradients.Of(x.pow(3).sum(), [x])[0].data<float>().ToArray());
    }

    [Fact]
    public void Run_WrongNumberOfGradients_IsAnError()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(2).requires_grad_();
        Tensor y = GraphNode.Run([x], inputs => (inputs[0] * 2, []), (_, gradient, _) => [gradient, gradient]);
        Assert.Contains("1 gradients", Assert.Throws<InvalidOperationException>(() => Gradients.Of(y.sum(), [x])).Message);
    }

    [Fact]
    public void Run_DisposedInput_IsRefused()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(2);
        x.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Cube(x));
    }

    [Fact]
    public void Run_ErrorWhileTheNodeIsMade_LeavesNoNode()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(2).requires_grad_();
        int before = GraphNode.Count;
        Assert.ThrowsAny<Exception>(() => GraphNode.Run([x], inputs => (inputs[0] * 2, [null!]), (_, gradient, _) => [gradient]));
        Assert.Equal(before, GraphNode.Count);
    }

    [Fact]
    public void Run_LeavesOfOneMemory_AreToldApart()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(2).requires_grad_(), same = x.detach().requires_grad_();
        bool[] asked = [];
        Tensor y = GraphNode.Run([x, same], inputs => (inputs[0] * inputs[1], inputs), (kept, gradient, wanted) =>
        {
            asked = wanted;
            return [wanted[0] ? gradient * kept[1] : null, wanted[1] ? gradient * kept[0] : null];
        });
        Assert.Equal([1f, 1f], Gradients.Of(y.sum(), [x])[0].data<float>().ToArray());
        Assert.Equal([true, false], asked);
    }

    [Fact]
    public void Run_Leaves_AreAskedForByName()
    {
        using var scope = NewDisposeScope();
        Tensor x = ones(2).requires_grad_(), w = ones(3).requires_grad_();
        bool[] asked = [];
        Tensor Product() => GraphNode.Run([x, w], inputs => (inputs[0].sum() * inputs[1].sum(), inputs), (kept, gradient, wanted) =>
        {
            asked = wanted;
            return [wanted[0] ? gradient * kept[1].sum() * ones(2) : null, wanted[1] ? gradient * kept[0].sum() * ones(3) : null];
        });
        Gradients.Of(Product(), [x]);
        Assert.Equal([true, false], asked);
        Gradients.Of(Product(), [w]);
        Assert.Equal([false, true], asked);
        Gradients.Accumulate(Product());
        Assert.Equal([true, true], asked);
        Assert.Equal([3f, 3f], x.grad!.data<float>().ToArray());
    }

    private static Tensor Cube(Tensor x) => GraphNode.Run(
        [x],
        inputs => (inputs[0].pow(3), inputs),
        (kept, gradient, _) => [3 * kept[0] * kept[0] * gradient]);
}
