using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Runtime;
using Lethe.Tests.Diagnostics;
using Lethe.Tests.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Numerics;

public class WhiteningTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(6, 5)]
    [InlineData(40, 7)]
    public void Cholesky_AnyRows_AreTheSlowOnesWithCovarianceI(int rows, int columns)
    {
        using var scope = NewDisposeScope();
        double[,] z = Reference.Gaussian(1, rows, columns);
        Tensor white = Whitening.Cholesky(tensor(z), 0, "rows");
        Assert.True(Largest(white - tensor(SlowWmse.Whitened(z, 0))) < 1e-9);
        Assert.True(Largest(white.mean([0])) < 1e-12);
        Assert.True(Largest(white.t().mm(white) / (rows - 1) - eye(columns, dtype: ScalarType.Float64)) < 1e-9);
    }

    [Fact]
    public void Cholesky_Epsilon_MixesTheCovarianceWithTheIdentity()
    {
        using var scope = NewDisposeScope();
        double[,] z = Reference.Gaussian(2, 5, 3);
        Assert.True(Largest(Whitening.Cholesky(tensor(z), 0.3, "rows") - tensor(SlowWmse.Whitened(z, 0.3))) < 1e-12);

        // One column ±1: variance 2 over m − 1, so 0.7·2 + 0.3 is what the deviation is divided by.
        Assert.Equal(
            1 / Math.Sqrt(1.7), Whitening.Cholesky(tensor(new double[,] { { 1 }, { -1 } }), 0.3, "rows")[0, 0].item<double>(), 1e-12);
        Assert.True(Largest(Whitening.Cholesky(tensor(z), 1, "rows") - (tensor(z) - tensor(z).mean([0]))) < 1e-12);
    }

    [Fact]
    public void Cholesky_AffineMaps_TurnTheResult()
    {
        using var scope = NewDisposeScope();
        Tensor z = Tiny.Gaussian(3, 12, 4), any = Tiny.Gaussian(4, 4, 4), shift = Tiny.Gaussian(5, 1, 4);
        Tensor lower = any.tril(-1) + diag(any.diagonal().abs() + 0.1);
        Tensor white = Whitening.Cholesky(z, 0, "rows"), turned = Whitening.Cholesky(z.mm(any) + shift, 0, "rows");
        Assert.True(Largest(turned.mm(turned.t()) - white.mm(white.t())) < 1e-9);
        Assert.True(Largest(turned - white) > 0.1);
        Assert.True(Largest(Whitening.Cholesky(z.mm(lower.t()) + shift, 0, "rows") - white) < 1e-9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    public void Cholesky_Gradients_AgreeWithFiniteDifferences(double epsilon)
    {
        using var scope = NewDisposeScope();
        Tensor weight = Tiny.Gaussian(6, 6, 3), direction = Tiny.Gaussian(7, 6, 3);
        Tensor Value(Tensor rows) => (Whitening.Cholesky(rows, epsilon, "rows") * weight).square().sum();
        Reference.AssertGradient(Reference.Gaussian(8, 6, 3), Value, 1e-7);
        Reference.AssertGradient(
            Reference.Gaussian(8, 6, 3), rows => (Gradients.Of(Value(rows), [rows], createGraph: true)[0] * direction).sum(), 1e-6);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Cholesky_DependentColumns_SaysWhereAndWhatToRaise(ScalarType type)
    {
        using var scope = NewDisposeScope();
        Tensor z = Tiny.Gaussian(9, 10, 3).to(type);
        foreach (Tensor rows in (Tensor[])[cat([z, z.narrow(1, 0, 1) - z.narrow(1, 1, 1)], 1), cat([z, ones(10, 1, dtype: type)], 1), z.narrow(0, 0, 3)])
        {
            var error = Assert.Throws<TrainingException>(() => Whitening.Cholesky(rows, 0, "sub-batch 2 of 3"));
            string message = error.Message;
            Assert.False(error.Diverged);
            Assert.Contains("sub-batch 2 of 3", message, StringComparison.Ordinal);
            Assert.Contains("--whitening-epsilon", message, StringComparison.Ordinal);
            Assert.Contains("--whitening-batch", message, StringComparison.Ordinal);
            Assert.Contains("--batch-size", message, StringComparison.Ordinal);
            Assert.True(Whitening.Cholesky(rows, 1e-3, "").isfinite().all().ToBoolean());
        }
    }

    [Fact]
    public void Cholesky_NotFinite_SaysSo()
    {
        using var scope = NewDisposeScope();
        foreach (double bad in new[] { double.NaN, double.PositiveInfinity })
        {
            Tensor rows = Tiny.Gaussian(9, 10, 3);
            rows[4, 1] = bad;
            var error = Assert.Throws<TrainingException>(() => Whitening.Cholesky(rows, 0.1, ""));
            Assert.Contains("NaN or infinity", error.Message, StringComparison.Ordinal);
            Assert.True(error.Diverged);
        }
    }

    [Fact]
    public void Cholesky_NearlyDependentInDoublePrecision_IsWhite()
    {
        using var scope = NewDisposeScope();
        Tensor z = Tiny.Gaussian(9, 10, 2), near = z.narrow(1, 0, 1) + Tiny.Gaussian(10, 10, 1) * 1e-5;
        Tensor white = Whitening.Cholesky(cat([z, near], 1), 0, "rows");
        Assert.True(Largest(white.t().mm(white) / 9 - eye(3, dtype: ScalarType.Float64)) < 1e-4);
    }

    [Fact]
    public void Cholesky_WrongShapeTypeOrEpsilon_IsRefused()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("[3]", Assert.Throws<ArgumentException>(() => Whitening.Cholesky(ones(3), 0, "")).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Whitening.Cholesky(ones(1, 3), 0, ""));
        Assert.Throws<ArgumentException>(() => Whitening.Cholesky(ones(3, 2, dtype: ScalarType.Float16), 0, ""));
        Assert.Throws<ArgumentException>(() => Whitening.Cholesky(ones(3, 2), -0.1, ""));
        Assert.Throws<ArgumentException>(() => Whitening.Cholesky(ones(3, 2), double.NaN, ""));
    }

    [Fact]
    public void Zca_NoEpsilonToSpeakOf_WhitensAndMovesRowsLeast()
    {
        using var scope = NewDisposeScope();
        Tensor rows = tensor(Reference.Gaussian(4, 40, 5)).mm(tensor(Reference.Gaussian(5, 5, 5)));
        (Tensor mean, Tensor matrix) = Whitening.Zca(rows, 1e-12);
        Tensor centred = rows - rows.mean([0]), white = (rows - mean).mm(matrix);
        Assert.True(Largest(white.t().mm(white) / tensor(39.0) - eye(5, dtype: ScalarType.Float64)) < 1e-9);
        Assert.True(Largest(matrix - matrix.t()) < 1e-9);

        // Cholesky's rows are white as well, and farther from where they were.
        Tensor other = Whitening.Cholesky(rows, 0, "rows");
        Assert.True((white - centred).norm().item<double>() < (other - centred).norm().item<double>());
    }

    [Fact]
    public void Zca_Epsilon_IsInTheUnitOfTheRows()
    {
        using var scope = NewDisposeScope();
        Tensor rows = tensor(Reference.Gaussian(4, 3, 5)); // fewer rows than columns
        (_, Tensor matrix) = Whitening.Zca(rows, 0.1);
        (_, Tensor scaled) = Whitening.Zca(rows * tensor(10.0), 0.1);
        Assert.True(Largest(matrix - scaled * tensor(10.0)) < 1e-9);
        (_, Tensor spherical) = Whitening.Zca(rows, 1);
        double variance = (rows - rows.mean([0])).Squared().sum().item<double>() / 2 / 5;
        Assert.True(Largest(spherical - eye(5, dtype: ScalarType.Float64) / tensor(Math.Sqrt(variance))) < 1e-9);
        Assert.Throws<ArgumentException>(() => Whitening.Zca(rows, 0));
    }

    [Fact]
    public void Zca_RowsOfNoUse_SaysWhy()
    {
        using var scope = NewDisposeScope();
        (_, Tensor two) = Whitening.Zca(tensor(new double[,] { { 1 }, { -1 } }), 0.5);
        Assert.Equal(1 / Math.Sqrt(2), two[0, 0].item<double>(), 1e-12);
        Assert.Contains("[1, 3]", Assert.Throws<ArgumentException>(() => Whitening.Zca(ones(1, 3), 0.5)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Whitening.Zca(ones(4), 0.5));
        Assert.Contains("equal", Assert.Throws<DataException>(() => Whitening.Zca(ones(3, 2), 0.1)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "not finite", Assert.Throws<DataException>(() => Whitening.Zca(ones(3, 2) * double.NaN, 0.1)).Message, StringComparison.Ordinal);
    }

    private static double Largest(Tensor matrix) => matrix.abs().max().item<double>();
}
