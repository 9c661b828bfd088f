using Lethe.Diagnostics;
using static TorchSharp.torch;

namespace Lethe.Tests.Diagnostics;

[Collection(typeof(TorchCollection))]
public class StandardisationTests
{
    [Fact]
    public void Of_ColumnsOfAnySize_GivesDeviationOne()
    {
        using var scope = NewDisposeScope();
        Tensor rows = tensor(new double[,] { { 1, 1e300, 1e-300, 5 }, { 3, 3e300, 3e-300, 5 } });
        Tensor found = Standardisation.Of(rows).Apply(rows);
        double[] expected = [-1, -1, -1, 0, 1, 1, 1, 0];
        foreach ((double one, double other) in expected.Zip(found.data<double>()))
            Assert.Equal(one, other, 1e-9);
    }

    /// <summary>Whoever measures refuses such features; here they must at least come to an end.</summary>
    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Of_ColumnThatIsNotFinite_ComesToAnEnd(double bad)
    {
        using var scope = NewDisposeScope();
        Tensor rows = tensor(new[,] { { 1, bad }, { 3, 2 } });
        Assert.Equal(2, Standardisation.Of(rows).Mean[0].item<double>());
    }
}
