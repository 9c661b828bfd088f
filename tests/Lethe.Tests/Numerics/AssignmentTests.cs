using Lethe.Numerics;

namespace Lethe.Tests.Numerics;

public class AssignmentTests
{
    /// <summary>Against all permutations.</summary>
    [Fact]
    public void Maximise_SmallProblems_FindsTheLargestSum()
    {
        for (ulong seed = 0; seed < 60; seed++)
        {
            var random = new RandomStream(seed);
            int rows = 1 + random.NextInt(5), columns = rows + random.NextInt(3);
            double[,] weights = new double[rows, columns];
            for (int i = 0; i < rows; i++)
            {
                // Few values, so that there are ties.
                for (int j = 0; j < columns; j++)
                    weights[i, j] = seed % 2 == 0 ? random.NextInt(4) - 2 : random.NextGaussian();
            }

            int[] found = Assignment.Maximise(weights);
            Assert.Equal(rows, found.Distinct().Count());
            Assert.Equal(Best(weights, 0, 0), found.Select((column, row) => weights[row, column]).Sum(), 1e-9);
        }
    }

    [Fact]
    public void Maximise_HiddenPermutation_IsFound()
    {
        int[] hidden = new RandomStream(3).Permutation(120);
        double[,] weights = new double[120, 120];
        for (int i = 0; i < 120; i++)
        {
            for (int j = 0; j < 120; j++)
                weights[i, j] = (hidden[i] == j ? 1 : 0) + (((i * 31) + (j * 17)) % 10 / 100.0);
        }

        Assert.Equal(hidden, Assignment.Maximise(weights));
    }

    [Fact]
    public void Maximise_MoreRowsThanColumnsOrNaN_Says()
    {
        Assert.Contains(
            "as many rows",
            Assert.Throws<ArgumentException>(() => Assignment.Maximise(new double[2, 1])).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "finite",
            Assert.Throws<ArgumentException>(() => Assignment.Maximise(new[,] { { double.NaN } })).Message,
            StringComparison.Ordinal);
    }

    private static double Best(double[,] weights, int row, int taken) =>
        row == weights.GetLength(0) ? 0 : Enumerable.Range(0, weights.GetLength(1))
        .Where(column => (taken & (1 << column)) == 0)
        .Max(column => weights[row, column] + Best(weights, row + 1, taken | (1 << column)));
}
