using Lethe.Evaluation;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Tests.Evaluation;

[Collection<TorchCollection>]
public class DenseStructureTests
{
    private const int Images = 8, Dimension = 24;

    /// <summary>24 groups of two cells far from each other, three in each image: every term by hand.</summary>
    [Fact]
    public void Of_GroupsThatAreClear_IsWhatTheDefinitionSays()
    {
        using var scope = NewDisposeScope();
        double[][] cells = [.. Enumerable.Range(0, 2 * Dimension).Select(Cell)];
        DenseStructure found = Measured(Cells(cells))!;

        double[] mean = [.. Enumerable.Range(0, Dimension).Select(j => cells.Average(cell => cell[j]))];
        double unit = cells.Average(cell => Distance(cell, mean));
        double[][] centres = [.. Enumerable.Range(0, Dimension).Select(group => Middle(cells[2 * group], cells[(2 * group) + 1]))];
        double between = cells.Select((cell, i) => centres.Where((_, group) => group != i / 2).Min(centre => Distance(cell, centre))).Average();

        // Two cells less their mean are x and −x: one singular value, √2 |x|.
        double radius = Enumerable.Range(0, Dimension)
            .Average(group => Distance(cells[2 * group], cells[(2 * group) + 1]) / Math.Sqrt(2) / Math.Sqrt(Dimension));
        Assert.Equal((between - radius) / unit, found.Separation, 1e-6);
        Assert.Equal([found.Separation], found.Groups);
        Assert.Equal(found.Separation + found.Dimension, found.Value);

        // Eight cells of eight groups are nearly orthogonal: all of the eight dimensions that eight cells can have.
        Assert.InRange(found.Dimension, 0.98, 1);
    }

    /// <summary>Whichever cell is drawn, images lie along so many orthogonal directions, as many along each: the rank is their number.</summary>
    [Theory]
    [InlineData(2, 0.25)]
    [InlineData(4, 0.5)]
    [InlineData(8, 1)]
    public void Of_EqualImagesAlongDirections_UsesSoManyDimensions(int directions, double expected)
    {
        using var scope = NewDisposeScope();
        Tensor images = eye(8)[tensor(Enumerable.Range(0, Images).Select(i => (long)(i % directions)).ToArray())]; // [8, 8]
        Assert.Equal(expected, Measured(images.unsqueeze(1).expand(-1, 6, -1))!.Dimension, 1e-9);
    }

    [Fact]
    public void Of_EqualCells_IsNull()
    {
        using var scope = NewDisposeScope();
        Assert.Null(Measured(ones(Images, 6, 4)));
    }

    [Fact]
    public void Of_TooFewImages_SaysSo()
    {
        using var scope = NewDisposeScope();
        Assert.Contains("at least 8 images of 3 cells, found 7 of 6", Assert.Throws<ArgumentException>(() => Measured(ones(7, 6, 4))).Message);
    }

    /// <summary>Images after the last whole eight are left out, and the same seed gives the same bits.</summary>
    [Fact]
    public void Of_NineImages_MeasuresEight()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        Tensor cells = randn(9, 16, 12);
        DenseStructure all = Measured(cells)!, eight = Measured(cells.narrow(0, 0, 8))!;
        Assert.Equal((eight.Separation, eight.Dimension), (all.Separation, all.Dimension));
    }

    /// <summary>What DSE is for: grouped cells are told from the same number of cells spread evenly.</summary>
    [Fact]
    public void Of_GroupedCells_SeparateMoreThanScatteredOnes()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        Tensor centres = randn(6, 32), noise = randn(16, 64, 32);
        Tensor grouped = centres[randint(0, 6, [16 * 64])].reshape(16, 64, 32) + (noise * tensor(0.1f));
        DenseStructure tight = Measured(grouped)!, loose = Measured(noise)!;
        Assert.True(tight.Separation > loose.Separation);
        Assert.Equal(2, tight.Groups.Count);
    }

    private static DenseStructure? Measured(Tensor cells) => DenseStructure.Of(cells, seed: 3, TestContext.Current.CancellationToken);

    private static double[] Cell(int i)
    {
        var random = new RandomStream((ulong)i);
        double[] cell = [.. Enumerable.Range(0, Dimension).Select(j => (j == i / 2 ? 1 : 0) + (0.02 * random.NextGaussian()))];
        double length = Math.Sqrt(cell.Sum(x => x * x));
        return [.. cell.Select(x => x / length)];
    }

    private static Tensor Cells(double[][] cells) => tensor(cells.SelectMany(cell => cell).ToArray()).reshape(Images, 6, -1);

    private static double Distance(double[] x, double[] y) => Math.Sqrt(x.Zip(y, (a, b) => (a - b) * (a - b)).Sum());

    private static double[] Middle(double[] x, double[] y) => [.. x.Zip(y, (a, b) => (a + b) / 2)];
}
