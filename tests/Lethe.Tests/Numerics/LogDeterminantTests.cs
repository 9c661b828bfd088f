using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Tests.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Numerics;

public class LogDeterminantTests
{
    [Theory]
    [InlineData(3, 7)]
    [InlineData(7, 3)]
    [InlineData(5, 5)]
    [InlineData(1, 4)]
    public void OfIdentityPlus_EitherSide_IsTheEliminationsLogarithm(int rows, int columns)
    {
        using var scope = NewDisposeScope();
        double[,] Z = Reference.Gaussian(1, rows, columns);
        double[,] matrix = Reference.IdentityPlusGram(Z, 0.7);
        Assert.Equal(Reference.LogDeterminant(matrix), LogDeterminant.OfIdentityPlus(tensor(Z), 0.7).ToDouble(), 1e-10);
    }

    [Fact]
    public void OfIdentityPlus_Batch_IsEachAlone()
    {
        using var scope = NewDisposeScope();
        Tensor batch = stack(
            [tensor(Reference.Gaussian(1, 2, 5)), tensor(Reference.Gaussian(2, 2, 5)), tensor(Reference.Gaussian(3, 2, 5))]);
        Tensor together = LogDeterminant.OfIdentityPlus(batch, 1.5);
        Assert.Equal([3], together.shape);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(LogDeterminant.OfIdentityPlus(batch[i], 1.5).ToDouble(), together[i].ToDouble(), 1e-12);
        }
    }

    [Theory]
    [InlineData(3, 6)]
    [InlineData(6, 3)]
    public void OfIdentityPlus_Gradient_IsTwiceScaleTimesZTimesInverse(int rows, int columns)
    {
        using var scope = NewDisposeScope();
        Tensor Z = tensor(Reference.Gaussian(4, rows, columns)).requires_grad_();
        Tensor gradient = Gradients.Of(LogDeterminant.OfIdentityPlus(Z, 0.9), [Z])[0];
        Tensor expected = 2 * 0.9 * Z.matmul(linalg.inv(eye(columns, dtype: ScalarType.Float64) + 0.9 * Z.t().matmul(Z)));
        Assert.True((gradient - expected).abs().max().ToDouble() < 1e-12);
    }

    [Fact]
    public void OfIdentityPlus_SecondDerivative_AgreesWithFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        Tensor direction = tensor(Reference.Gaussian(6, 3, 4));
        Tensor AlongDirection(Tensor Z) =>
            (Gradients.Of(LogDeterminant.OfIdentityPlus(Z, 0.9), [Z], createGraph: true)[0] * direction).sum();

        Reference.AssertGradient(Reference.Gaussian(5, 3, 4), AlongDirection, 1e-7);
    }

    [Fact]
    public void OfIdentityPlus_NotFinite_SaysWhatToDo()
    {
        using var scope = NewDisposeScope();
        foreach (double bad in new[] { double.NaN, double.PositiveInfinity })
        {
            foreach (int columns in new[] { 4, 300 })
            {
                Tensor Z = ones(200, columns);
                Z[150, 2] = bad;
                var error = Assert.Throws<TrainingException>(() => LogDeterminant.OfIdentityPlus(Z, 1));
                Assert.Contains("Lower the learning rate", error.Message);
                Assert.Contains($"[200, {columns}] has no Cholesky factor", error.Message);
                Assert.Contains("compute in float64", error.Message);
                Assert.True(error.Diverged);
            }
        }
    }

    [Fact]
    public void OfPositiveDefinite_MatricesOfABatch_AreTheEliminationsLogarithms()
    {
        using var scope = NewDisposeScope();
        double[][,] matrices =
            [Reference.IdentityPlusGram(Reference.Gaussian(1, 3, 4), 0.7), Reference.IdentityPlusGram(Reference.Gaussian(2, 6, 4), 2)];
        Tensor together = LogDeterminant.OfPositiveDefinite(stack([tensor(matrices[0]), tensor(matrices[1])]));
        Assert.Equal([2], together.shape);
        for (int i = 0; i < 2; i++)
        {
            Assert.Equal(Reference.LogDeterminant(matrices[i]), LogDeterminant.OfPositiveDefinite(tensor(matrices[i])).ToDouble(), 1e-10);
            Assert.Equal(Reference.LogDeterminant(matrices[i]), together[i].ToDouble(), 1e-10);
        }
    }

    [Fact]
    public void OfPositiveDefinite_Gradients_AgreeWithFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        Tensor direction = tensor(Reference.Gaussian(6, 5, 3));
        Tensor Value(Tensor Z) => LogDeterminant.OfPositiveDefinite(Z.t().mm(Z));
        Reference.AssertGradient(Reference.Gaussian(5, 5, 3), Value, 1e-7);
        Reference.AssertGradient(
            Reference.Gaussian(5, 5, 3), Z => (Gradients.Of(Value(Z), [Z], createGraph: true)[0] * direction).sum(), 1e-6);
    }

    [Fact]
    public void OfPositiveDefinite_OtherMatrices_AreRefused()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<ArgumentException>(() => LogDeterminant.OfPositiveDefinite(ones(3)));
        Assert.Throws<ArgumentException>(() => LogDeterminant.OfPositiveDefinite(ones(3, 2)));
        Assert.Throws<ArgumentException>(() => LogDeterminant.OfPositiveDefinite(ones(3, 3, dtype: ScalarType.Int64)));
        Assert.Contains("[3, 2]", Assert.Throws<ArgumentException>(() => LogDeterminant.OfPositiveDefinite(ones(3, 2))).Message);
        foreach (Tensor matrix in (Tensor[])[-eye(3), zeros(3, 3), eye(3) * double.NaN, eye(3) * double.PositiveInfinity])
        {
            var error = Assert.Throws<TrainingException>(() => LogDeterminant.OfPositiveDefinite(matrix));
            Assert.Contains("not positive definite", error.Message);
            Assert.Contains("[3, 3]", error.Message);
            Assert.True(error.Diverged);
        }
    }

    [Fact]
    public void OfIdentityPlus_NoScale_IsZero()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0, LogDeterminant.OfIdentityPlus(ones(3, 2), 0).ToDouble());
    }

    [Fact]
    public void OfIdentityPlus_EigenvaluesFarApart_IsRightWhereNoGradientIsAskedFor()
    {
        using var scope = NewDisposeScope();
        Tensor Z = tensor(new[,] { { 1e12f, 1e12f }, { 1e12f, 1e12f } }); // rank one: eigenvalues 4e24 and 0
        Assert.Equal(Math.Log(4e24), LogDeterminant.OfIdentityPlus(Z, 1).ToDouble(), 1e-3);
        Assert.Throws<TrainingException>(() => LogDeterminant.OfIdentityPlus(Z.alias().requires_grad_(), 1));
    }

    [Fact]
    public void OfIdentityPlus_WrongShapeTypeOrScale_IsRefused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("[3]", Assert.Throws<ArgumentException>(() => LogDeterminant.OfIdentityPlus(ones(3), 1)).Message);
        Assert.Throws<ArgumentException>(() => LogDeterminant.OfIdentityPlus(ones(3), 1));
        Assert.Throws<ArgumentException>(() => LogDeterminant.OfIdentityPlus(ones(3, 2, dtype: ScalarType.Float16), 1));
        Assert.Throws<ArgumentException>(() => LogDeterminant.OfIdentityPlus(ones(3, 2), -1));
        Assert.Throws<ArgumentException>(() => LogDeterminant.OfIdentityPlus(ones(3, 2), double.NaN));
    }
}
