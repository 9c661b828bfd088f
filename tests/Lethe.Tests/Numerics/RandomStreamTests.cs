using Lethe.Numerics;

namespace Lethe.Tests.Numerics;

public class RandomStreamTests
{
    [Fact]
    public void Derive_DifferentPaths_GiveDifferentSeeds()
    {
        var seeds = new HashSet<ulong>();
        for (ulong epoch = 0; epoch < 20; epoch++)
        {
            for (ulong image = 0; image < 500; image++)
            {
                Assert.True(seeds.Add(RandomStream.Derive(7, epoch, image)));
            }
        }
    }

    [Fact]
    public void NextInt_ManyDraws_AreUniform()
    {
        var stream = new RandomStream(1);
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++)
        {
            counts[stream.NextInt(7)]++;
        }

        // Chi-squared with 6 degrees of freedom: 22.5 is its 99.9 % quantile.
        Assert.InRange(counts.Sum(c => (c - 10_000.0) * (c - 10_000.0) / 10_000.0), 0, 22.5);
    }

    [Fact]
    public void NextGaussian_ManyDraws_HaveMeanZeroAndVarianceOne()
    {
        var stream = new RandomStream(3);
        double sum = 0, squares = 0;
        const int Count = 200_000;
        for (int i = 0; i < Count; i++)
        {
            double value = stream.NextGaussian();
            sum += value;
            squares += value * value;
        }

        Assert.InRange(sum / Count, -0.01, 0.01);
        Assert.InRange(squares / Count, 0.98, 1.02);
    }

    [Fact]
    public void Permutation_OfN_HoldsEachNumberOnce()
    {
        int[] order = new RandomStream(5).Permutation(1000);
        Assert.Equal(Enumerable.Range(0, 1000), order.Order());
        Assert.NotEqual(Enumerable.Range(0, 1000), order);
    }
}
