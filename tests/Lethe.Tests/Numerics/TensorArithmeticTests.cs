using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Tests.Numerics;

public class TensorArithmeticTests
{
    private static readonly double[] numbers = [-3, 0.25, 2];

    public static TheoryData<Func<Tensor, Tensor>, Func<double, double>> Operations() => new()
    {
        { x => x.Plus(x.exp()), x => x + Math.Exp(x) },
        { x => x.Plus(2), x => x + 2 },
        { x => x.Minus(2), x => x - 2 },
        { x => x.Times(2), x => x * 2 },
        { x => x.Over(3), x => x / 3 },
        { x => x.Squared(), x => x * x },
        { x => x.AtLeast(1), x => Math.Max(x, 1) },
        { x => x.AtMost(1), x => Math.Min(x, 1) },
    };

    [Theory]
    [MemberData(nameof(Operations), DisableDiscoveryEnumeration = true)]
    public void Operation_OfNumbers_IsItsFormula(Func<Tensor, Tensor> operation, Func<double, double> formula)
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(numbers);
        Assert.Equal(numbers.Select(formula), operation(x).data<double>(), (expected, found) => Math.Abs(expected - found) < 1e-15);
        Assert.Equal(numbers, x.data<double>());
        Assert.Equal(ScalarType.Float32, operation(x.to(ScalarType.Float32)).dtype);
    }

    public static TheoryData<Func<Tensor, Tensor>, Func<double, double>> Changes() => new()
    {
        { x => x.Plus_(x.exp()), x => x + Math.Exp(x) },
        { x => x.Plus_(x.exp(), 3), x => x + 3 * Math.Exp(x) },
        { x => x.Plus_(2), x => x + 2 },
        { x => x.Times_(2), x => x * 2 },
        { x => x.Over_(3), x => x / 3 },
        { x => x.Fill_(x.lt(zeros_like(x)), 7), x => x < 0 ? 7 : x },
    };

    [Theory]
    [MemberData(nameof(Changes), DisableDiscoveryEnumeration = true)]
    public void Change_OfNumbers_IsItsFormulaInPlace(Func<Tensor, Tensor> change, Func<double, double> formula)
    {
        using var scope = NewDisposeScope();
        Tensor x = tensor(numbers);
        Assert.Same(x, change(x));
        Assert.Equal(numbers.Select(formula), x.data<double>(), (expected, found) => Math.Abs(expected - found) < 1e-14);
    }

    [Fact]
    public void PlusIdentity_OfABatch_AddsToEachDiagonal()
    {
        using var scope = NewDisposeScope();
        Tensor found = ones(2, 2, 2, dtype: ScalarType.Float64).PlusIdentity(0.5);
        Assert.Equal([1.5, 1, 1, 1.5, 1.5, 1, 1, 1.5], found.data<double>());
        Assert.Equal([2f, 1, 1, 2], ones(2, 2).PlusIdentity().data<float>());
    }

    [Fact]
    public void Plus_Integers_StayIntegers()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(1L << 60 | 1, tensor(1L << 60).Plus_(1).item<long>());
    }

    [Fact]
    public void Length_OfParts_IsThatOfOneVector()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(13, TensorArithmetic.Length([tensor(new[] { 3.0f, 4.0f }), tensor(new[,] { { 12.0 } })]), 1e-12);
        Assert.Equal(0, TensorArithmetic.Length([]));
    }

    [Fact]
    public void Value_OfAnyType_IsTheNumber()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(0.1, tensor(0.1).Value());
        Assert.Equal(0.1f, tensor(0.1f).Value());
        Assert.Equal(3, tensor(3L).Value());
        Assert.Equal(1, tensor(true).Value());
    }
}
