using Lethe.Diagnostics;

namespace Lethe.Tests.Diagnostics;

public class HolmTests
{
    /// <summary>Expected: R 4.2, <c>p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")</c>.</summary>
    [Fact]
    public void Adjust_FourTests_IsWhatRGives()
    {
        double[] found = Holm.Adjust([0.01, 0.04, 0.03, 0.005]);
        Assert.All(found.Zip([0.03, 0.06, 0.06, 0.02]), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
    }

    [Fact]
    public void Adjust_LargeAndEqualChances_StaysWithinOneAndKeepsTies()
    {
        Assert.Equal([1, 1, 1], Holm.Adjust([0.9, 0.4, 0.4]));
        Assert.Equal([0.02], Holm.Adjust([0.02]));
        Assert.Empty(Holm.Adjust([]));
    }

    /// <summary>The definition, step by step: go on from the smallest p while it is below 5 % over the number of tests left.</summary>
    [Fact]
    public void Adjust_ManyTests_RejectsWhatTheStepsReject()
    {
        var random = new Lethe.Numerics.RandomStream(3);
        for (int trial = 0; trial < 200; trial++)
        {
            double[] chances = new double[1 + random.NextInt(12)];
            for (int i = 0; i < chances.Length; i++)
                chances[i] = Math.Pow(random.NextDouble(), 3) * 0.1;
            int rejected = 0;
            double[] sorted = [.. chances.Order()];
            while (rejected < sorted.Length && sorted[rejected] < 0.05 / (sorted.Length - rejected))
                rejected++;
            Assert.Equal(rejected, Holm.Adjust(chances).Count(p => p < 0.05));
        }
    }
}
