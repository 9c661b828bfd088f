using CsCheck;
using Lethe.Diagnostics;
using Lethe.Numerics;
using Lethe.Operators;
using Lethe.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

public class CodingRateTests
{
    private static readonly Gen<(ulong Seed, int Images, int Dimension, double EpsilonSquared)> cases =
        Gen.Select(Gen.ULong, Gen.Int[1, 12], Gen.Int[1, 12], Gen.Double[0.05, 2]);

    [Fact]
    public void MeasureLabels_IdentityInTwoGroups_IsTheClosedForm()
    {
        using var scope = NewDisposeScope();
        CodingRateReduction found = CodingRate.MeasureLabels(eye(4), [1, 1, 2, 2], 0.1);
        Assert.Equal(2 * Math.Log(11), found.Rate, 1e-12);
        Assert.Equal(Math.Log(21), found.ConditionalRate, 1e-12);
        Assert.Equal(2 * Math.Log(11) - Math.Log(21), found.Reduction, 1e-12);
        Assert.Equal((4, 4, 0.1, "label"), (found.Rows, found.Dimension, found.EpsilonSquared, found.Partition));
    }

    [Theory]
    [InlineData(3, 8)]
    [InlineData(8, 8)]
    public void Rate_OrthonormalInstancesIdenticalViews_IsTheClosedForm(int images, int dimension)
    {
        using var scope = NewDisposeScope();
        Tensor view = eye(dimension, dtype: ScalarType.Float64).narrow(0, 0, images);
        double expected = images / 2.0 * Math.Log(1 + dimension / (images * 0.5));
        Assert.Equal(expected, CodingRate.Rate(cat([view, view]), 0.5).ToDouble(), 1e-12);
        Assert.Equal(expected - Math.Log(1 + dimension / 0.5) / 2, CodingRate.InstanceReduction(view, view, 0.5).ToDouble(), 1e-12);
    }

    [Fact]
    public void MeasureLabels_GroupsOfEqualSecondMoment_ReduceNothing()
    {
        using var scope = NewDisposeScope();
        Tensor part = tensor(Reference.Gaussian(1, 5, 3));
        CodingRateReduction found = CodingRate.MeasureLabels(
            cat([part, -part, part]), [.. Enumerable.Range(0, 15).Select(i => i / 5)], 0.5);
        Assert.Equal(0, found.Reduction, 1e-12);
        Assert.True(found.Rate > 0.1);
        Assert.Equal(0, CodingRate.MeasureLabels(part, new int[5], 0.5).Reduction, 1e-12);
    }

    [Fact]
    public void Measures_AnyFeatures_AreTheReferences() =>
        cases.Sample(
            c =>
            {
                using var scope = NewDisposeScope();
                double[,] Z = Reference.Gaussian(c.Seed, 3 * c.Images, c.Dimension);
                var stream = new RandomStream(c.Seed);
                int[] labels = [.. Enumerable.Range(0, 3 * c.Images).Select(_ => stream.NextInt(4))];
                int[] instances = [.. Enumerable.Range(0, 3 * c.Images).Select(i => i % c.Images)];

                (double rate, double conditional) = Reference.Rates(Z, labels, c.EpsilonSquared);
                CodingRateReduction byLabel = CodingRate.MeasureLabels(tensor(Z), labels, c.EpsilonSquared);
                Assert.Equal(rate, byLabel.Rate, 1e-9);
                Assert.Equal(conditional, byLabel.ConditionalRate, 1e-9);

                (rate, conditional) = Reference.Rates(Z, instances, c.EpsilonSquared);
                CodingRateReduction byInstance = CodingRate.MeasureInstances(tensor(Z).reshape(3, c.Images, c.Dimension), c.EpsilonSquared);
                Assert.Equal(rate, byInstance.Rate, 1e-9);
                Assert.Equal(conditional, byInstance.ConditionalRate, 1e-9);
                Assert.True(byInstance.ConditionalRate >= 0 && byInstance.Reduction >= -1e-9 && byLabel.Reduction >= -1e-9);
            },
            iter: 60,
            threads: 1);

    [Fact]
    public void InstanceReduction_AnyTwoViews_IsTheReferenceAndBelowItsBound() =>
        cases.Sample(
            c =>
            {
                using var scope = NewDisposeScope();
                double[,] Z = Reference.Gaussian(c.Seed, 2 * c.Images, c.Dimension);
                (double rate, double conditional) = Reference.Rates(
                    Z, [.. Enumerable.Range(0, 2 * c.Images).Select(i => i % c.Images)], c.EpsilonSquared);
                Tensor[] views = tensor(Z).chunk(2);
                double found = CodingRate.InstanceReduction(views[0], views[1], c.EpsilonSquared).ToDouble();
                Assert.Equal(rate - conditional, found, 1e-9);
                if (c.Dimension >= 2)
                {
                    double near = CodingRate.InstanceReduction(views[0], views[0] + 0.01 * views[1], c.EpsilonSquared).ToDouble();
                    Assert.InRange(Math.Max(found, near), -1e-9, CodingRate.UpperBound(2 * c.Images, c.Dimension, c.EpsilonSquared) + 1e-9);
                }
            },
            iter: 100,
            threads: 1);

    [Fact]
    public void InstanceReduction_RotatedScaledAndPermuted_StaysTheSame() =>
        cases.Where(c => c.Images > 1).Sample(
            c =>
            {
                using var scope = NewDisposeScope();
                Tensor first = tensor(Reference.Gaussian(c.Seed, c.Images, c.Dimension)),
                    second = tensor(Reference.Gaussian(c.Seed + 1, c.Images, c.Dimension));
                (Tensor rotation, _) = linalg.qr(tensor(Reference.Gaussian(c.Seed + 2, c.Dimension, c.Dimension)));
                Tensor order = tensor(new RandomStream(c.Seed).Permutation(c.Images).Select(i => (long)i).ToArray());
                double plain = CodingRate.InstanceReduction(first, second, c.EpsilonSquared).ToDouble();
                double moved = CodingRate.InstanceReduction(
                    3 * first.matmul(rotation).index_select(0, order), second.matmul(rotation)
                        .index_select(0, order), c.EpsilonSquared).ToDouble();
                double swapped = CodingRate.InstanceReduction(second, first, c.EpsilonSquared).ToDouble();
                Assert.Equal(plain, moved, 1e-9);
                Assert.Equal(plain, swapped, 1e-9);
            },
            iter: 50,
            threads: 1);

    [Theory]
    [InlineData(6, 4)]
    [InlineData(3, 9)]
    [InlineData(4, 4)]
    public void InstanceReduction_Gradient_AgreesWithFiniteDifferences(int images, int dimension)
    {
        using var scope = NewDisposeScope();
        Reference.AssertGradient(
            Reference.Gaussian(8, 2 * images, dimension),
            Z => CodingRate.InstanceReduction(Z.narrow(0, 0, images), Z.narrow(0, images, images), 0.5),
            1e-7);
    }

    [Fact]
    public void InstanceReduction_SecondDerivative_AgreesWithFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        Tensor direction = tensor(Reference.Gaussian(2, 6, 4));
        Reference.AssertGradient(
            Reference.Gaussian(9, 6, 4),
            Z => (Gradients.Of(CodingRate.InstanceReduction(Z.narrow(0, 0, 3), Z.narrow(0, 3, 3), 0.5), [Z], createGraph: true)[0] * direction).sum(),
            1e-6);
    }

    [Fact]
    public void InstanceReduction_SinglePrecision_KeepsFourDigits()
    {
        using var scope = NewDisposeScope();
        Tensor first = tensor(Reference.Gaussian(3, 64, 96));
        Tensor second = first + 0.01 * tensor(Reference.Gaussian(4, 64, 96));
        double expected = CodingRate.InstanceReduction(first, second, 0.5).ToDouble();
        double found = CodingRate.InstanceReduction(first.to(ScalarType.Float32), second.to(ScalarType.Float32), 0.5).ToDouble();
        Assert.Equal(expected, found, 1e-5 * expected);
    }

    [Fact]
    public void InstanceReduction_RowsOfZeros_CountButAddNothing()
    {
        using var scope = NewDisposeScope();
        double[,] Z = Reference.Gaussian(5, 8, 3);
        for (int j = 0; j < 3; j++)
        {
            Z[1, j] = 0; // one view of image 1
            Z[2, j] = Z[6, j] = 0; // both of image 2
        }

        (double rate, double conditional) = Reference.Rates(Z, [0, 1, 2, 3, 0, 1, 2, 3], 0.5);
        Tensor input = tensor(Z).requires_grad_();
        Tensor found = CodingRate.InstanceReduction(input.narrow(0, 0, 4), input.narrow(0, 4, 4), 0.5);
        Assert.Equal(rate - conditional, found.ToDouble(), 1e-10);
        Tensor gradient = Gradients.Of(found, [input])[0];
        Assert.True(gradient.isfinite().all().ToBoolean());
        Assert.Equal(0, gradient[2].abs().max().ToDouble());
        Assert.Equal(0, gradient[6].abs().max().ToDouble());
        Assert.Equal(0, CodingRate.InstanceReduction(zeros(4, 3), zeros(4, 3), 0.5).ToDouble());
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(12, 4)]
    [InlineData(7, 3)]
    public void UpperBound_AsManyImagesAsDimensions_IsAttained(int images, int dimension)
    {
        using var scope = NewDisposeScope();
        Tensor frame = TightFrame(images, dimension);
        Tensor second = frame.t().matmul(frame);
        Assert.True((second - eye(dimension, dtype: ScalarType.Float64) * ((double)images / dimension)).abs().max().ToDouble() < 1e-9);
        double found = CodingRate.InstanceReduction(frame, frame, 0.5).ToDouble();
        Assert.Equal(CodingRate.UpperBound(2 * images, dimension, 0.5), found, 1e-9);
    }

    [Fact]
    public void UpperBound_FewImages_IsAsNearAsItsDocumentationSays()
    {
        using var scope = NewDisposeScope();
        const int Images = 3, Dimension = 10;
        Tensor[] views = eye(Dimension, dtype: ScalarType.Float64).narrow(0, 0, 2 * Images).chunk(2);
        double a = Dimension / (2 * 0.5);
        double found = CodingRate.InstanceReduction(views[0], views[1], 0.5).ToDouble();
        Assert.Equal(Math.Log(1 + a) - Math.Log(1 + 2 * a) / 2, CodingRate.UpperBound(2 * Images, Dimension, 0.5) - found, 1e-9);
    }

    [Fact]
    public void UpperBound_SmallSizes_IsPositive()
    {
        for (int rows = 2; rows < 8; rows++)
        {
            for (int dimension = 2; dimension < 8; dimension++)
            {
                Assert.True(CodingRate.UpperBound(rows, dimension, 0.5) > 0);
            }
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => CodingRate.UpperBound(2, 1, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => CodingRate.UpperBound(1, 2, 0.5));
    }

    [Fact]
    public void MeasureInstances_NotFinite_NamesTheRow()
    {
        using var scope = NewDisposeScope();
        Tensor views = ones(2, 5, 3);
        views[1, 2, 0] = double.NaN;
        views[1, 4, 1] = double.PositiveInfinity;
        var error = Assert.Throws<DataException>(() => CodingRate.MeasureInstances(views, 0.5));
        Assert.Contains("2 of 10 rows", error.Message);
        Assert.Contains("row 7", error.Message);
        Assert.Throws<TrainingException>(() => CodingRate.InstanceReduction(views[0], views[1], 0.5));
    }

    [Fact]
    public void Measures_WrongShapesLabelsOrDistortion_AreRefused()
    {
        using var scope = NewDisposeScope();
        Tensor Z = ones(4, 3);
        Assert.Throws<ArgumentException>(() => CodingRate.Rate(ones(4), 0.5));
        Assert.Throws<ArgumentException>(() => CodingRate.Rate(ones(0, 3), 0.5));
        Assert.Throws<ArgumentException>(() => CodingRate.Rate(ones(4, 3, dtype: ScalarType.Int64), 0.5));
        Assert.Throws<ArgumentException>(() => CodingRate.InstanceReduction(Z, ones(4, 1), 0.5));
        Assert.Throws<ArgumentException>(() => CodingRate.InstanceReduction(Z, ones(1, 3), 0.5));
        Assert.Throws<ArgumentException>(() => CodingRate.MeasureInstances(Z, 0.5));
        Assert.Contains("[images, dimension]", Assert.Throws<ArgumentException>(() => CodingRate.InstanceReduction(stack([Z, Z]), Z, 0.5)).Message);
        Assert.Contains("[images, dimension]", Assert.Throws<ArgumentException>(() => CodingRate.InstanceReduction(Z, stack([Z, Z]), 0.5)).Message);
        Assert.Throws<ArgumentException>(() => CodingRate.MeasureLabels(stack([Z, Z]), [1, 2], 0.5));
        Assert.Throws<ArgumentException>(() => CodingRate.MeasureInstances(ones(1, 4, 3), 0.5));
        Assert.Throws<ArgumentException>(() => CodingRate.MeasureLabels(Z, [1, 2, 3], 0.5));
        foreach (double bad in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            Assert.Throws<InvalidOptionException>(() => CodingRate.Rate(Z, bad));
            Assert.Throws<InvalidOptionException>(() => CodingRate.InstanceReduction(Z, Z, bad));
            Assert.Throws<InvalidOptionException>(() => CodingRate.MeasureLabels(Z, new int[4], bad));
            Assert.Throws<InvalidOptionException>(() => CodingRate.MeasureInstances(stack([Z, Z]), bad));
            Assert.Throws<InvalidOptionException>(() => CodingRate.UpperBound(4, 3, bad));
        }
    }

    [Fact]
    public void InstanceReduction_ManySteps_LeavesOneTensorEach()
    {
        using var scope = NewDisposeScope();
        Tensor first = randn(8, 4).requires_grad_(), second = randn(8, 4);
        long before = scope.DisposablesCount;
        for (int i = 1; i <= 3; i++)
        {
            CodingRate.InstanceReduction(first, second, 0.5);
            Assert.Equal(before + i, scope.DisposablesCount);
        }

        CodingRate.MeasureInstances(stack([first, second]).DetachFromDisposeScope(), 0.5);
        Assert.Equal(before + 3, scope.DisposablesCount);
    }

    // Cosines and sines of whole frequencies at evenly spaced angles: rows of unit length with second moment N/d.
    private static Tensor TightFrame(int images, int dimension)
    {
        double[,] frame = new double[images, dimension];
        for (int i = 0; i < images; i++)
        {
            int j = 0;
            if (dimension % 2 == 1)
                frame[i, j++] = 1 / Math.Sqrt(dimension);
            for (int frequency = 1; j < dimension; frequency++)
            {
                double angle = 2 * Math.PI * i * (frequency - (dimension % 2 == 0 ? 0.5 : 0)) / images;
                frame[i, j++] = Math.Cos(angle) * Math.Sqrt(2.0 / dimension);
                frame[i, j++] = Math.Sin(angle) * Math.Sqrt(2.0 / dimension);
            }
        }

        return tensor(frame);
    }
}
