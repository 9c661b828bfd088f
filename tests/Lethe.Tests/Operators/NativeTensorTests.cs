using Lethe.Operators;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Tests.Operators;

[Collection(typeof(TorchCollection))]
public unsafe class NativeTensorTests
{
    private const int Pooled = 1 << 17;

    [Theory]
    [InlineData(7)]
    [InlineData(Pooled)]
    public void Empty_AnySize_IsTorchsTensorOverThatMemory(int size)
    {
        using Tensor tensor = NativeTensor.Empty(size, 2);
        NativeTensor.Data(tensor)[2 * size - 1] = 3;
        Assert.Equal(3, tensor[size - 1, 1].item<float>());
        Assert.Equal(size >= Pooled, BlockPool.IsRented(NativeTensor.Data(tensor)));
    }

    [Fact]
    public void Empty_Disposed_ReturnsItsMemoryOnceTorchLetsGo()
    {
        using var scope = NewDisposeScope();
        Tensor tensor = NativeTensor.Empty(Pooled), view = tensor.narrow(0, 1, 3);
        float* data = NativeTensor.Data(tensor);
        tensor.Dispose();
        Assert.True(BlockPool.IsRented(data));
        view.Dispose();
        Assert.False(BlockPool.IsRented(data));
        Assert.Null(NativeTensor.TakeReleaseError());
    }

    [Fact]
    public void Empty_SizeThatCannotBe_ThrowsAndWorksAfterwards()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<TrainingException>(() => NativeTensor.Empty(1L << 46));
        Assert.Throws<OverflowException>(() => NativeTensor.Empty(1L << 40, 1L << 40));
        Assert.Throws<ArgumentOutOfRangeException>(() => NativeTensor.Empty(-1, 3));
        Assert.Equal(Pooled, NativeTensor.Empty(Pooled).fill_(1).sum().item<float>());
    }

    [Fact]
    public void Data_OtherTensors_AreRefused()
    {
        using var scope = NewDisposeScope();
        Tensor disposed = ones(2);
        disposed.Dispose();
        Assert.Throws<ArgumentNullException>(() => NativeTensor.Data(null!));
        Assert.Throws<ObjectDisposedException>(() => NativeTensor.Data(disposed));
        Assert.Contains("float32", Assert.Throws<ArgumentException>(() => NativeTensor.Data(ones(2, ScalarType.Float64))).Message);
        Assert.Contains("processor", Assert.Throws<ArgumentException>(() => NativeTensor.Data(ones(2, device: META))).Message);
        Assert.Contains("dense", Assert.Throws<ArgumentException>(() => NativeTensor.Data(ones(2).to_sparse())).Message);
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => NativeTensor.Data(ones(0))).Message);
    }

    [Fact]
    public void ReleaseBlock_NoBlock_LeavesATraceInsteadOfThrowing()
    {
        NativeTensor.ReleaseBlock((void*)12345);
        Assert.IsType<ArgumentException>(NativeTensor.TakeReleaseError());
        Assert.Null(NativeTensor.TakeReleaseError());
    }
}
