using Lethe.Numerics;
using Lethe.Tests.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Numerics;

public class OffDiagonalTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(9)]
    public void SquaredSum_AnyMatrix_IsTheLoopsSum(int k)
    {
        using var scope = NewDisposeScope();
        double[,] C = Reference.Gaussian((ulong)k, k, k);
        double expected = 0;
        for (int i = 0; i < k; i++)
        {
            for (int j = 0; j < k; j++)
            {
                expected += i == j ? 0 : C[i, j] * C[i, j];
            }
        }

        Assert.Equal(expected, OffDiagonal.SquaredSum(tensor(C)).ToDouble(), 1e-12);
        Assert.Equal(expected, OffDiagonal.SquaredSum(tensor(C).t()).ToDouble(), 1e-12);
    }

    [Fact]
    public void SquaredSum_Gradient_AgreesWithFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        Reference.AssertGradient(Reference.Gaussian(3, 4, 4), OffDiagonal.SquaredSum, 1e-8);
    }

    [Fact]
    public void SquaredSum_HugeDiagonal_DoesNotDrownTheRest()
    {
        using var scope = NewDisposeScope();
        var C = eye(3) * 1e8f;
        C[0, 1] = 1;
        Assert.Equal(1, OffDiagonal.SquaredSum(C).ToSingle());
    }

    [Fact]
    public void SquaredSum_NotSquare_IsRefused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => OffDiagonal.SquaredSum(ones(2, 3)));
        Assert.Throws<ArgumentException>(() => OffDiagonal.SquaredSum(ones(4)));
    }
}
