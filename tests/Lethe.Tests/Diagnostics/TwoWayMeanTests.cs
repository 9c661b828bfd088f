using Lethe.Diagnostics;
using Lethe.Numerics;

namespace Lethe.Tests.Diagnostics;

public class TwoWayMeanTests
{
    /// <summary>Student's t of one sample: nothing else is left of it with one seed.</summary>
    [Fact]
    public void Of_OneSeed_IsStudentsInterval()
    {
        TwoWayMean mean = TwoWayMean.Of([[1, 2, 4, 7]]);
        Assert.Equal(3.5, mean.Value, 12);
        Assert.Equal(Math.Sqrt(7.0 / 4), mean.Error, 12);
        Assert.Equal(3, mean.Degrees, 9);
        Assert.Equal(3.5 - (3.182446305284263 * Math.Sqrt(7.0 / 4)), mean.Low, 6);
        Assert.Equal(3.5 + (3.182446305284263 * Math.Sqrt(7.0 / 4)), mean.High, 6);
    }

    /// <summary>What stands in for other seeds adds to the variance.</summary>
    [Fact]
    public void Of_OneSeedWithMore_AddsVariances() =>
        Assert.Equal(Math.Sqrt((7.0 / 4) + 2), TwoWayMean.Of([[1, 2, 4, 7]], (2, 5)).Error, 12);

    [Fact]
    public void P_OfTheEdgeOfTheInterval_IsFivePercent()
    {
        TwoWayMean mean = TwoWayMean.Of([[1, 2, 4, 7], [2, 2, 5, 9]]);
        Assert.Equal(0.05, (mean with { Value = mean.Reach(0.95) }).P, 9);
        Assert.Equal(1, new TwoWayMean(0, 0, 1).P);
        Assert.Equal(0, new TwoWayMean(1, 0, 1).P);
    }

    /// <summary>Drawn from the model, the error estimates the deviation of the mean, and the interval holds 0 as often as it says.</summary>
    [Theory]
    [InlineData(3, 100, 0.0, 0.3, 1.0)]
    [InlineData(3, 60, 0.2, 0.3, 1.0)]
    [InlineData(8, 60, 0.1, 1.0, 0.5)]
    public void Of_DrawsOfTheModel_HasTheErrorOfTheMean(int seeds, int images, double seed, double image, double rest)
    {
        const int Repetitions = 1000;
        var random = new RandomStream(5);
        double squares = 0, variances = 0;
        int held = 0;
        for (int k = 0; k < Repetitions; k++)
        {
            TwoWayMean mean = TwoWayMean.Of(Draw(ref random, seeds, images, seed, image, rest));
            squares += mean.Value * mean.Value;
            variances += mean.Error * mean.Error;
            held += mean.Low <= 0 && mean.High >= 0 ? 1 : 0;
        }

        Assert.InRange(variances / squares, 0.9, 1.6);
        Assert.InRange((double)held / Repetitions, 0.93, 0.995);
    }

    /// <summary>A bootstrap that draws seeds and images, which counts what is left over three times (Owen 2007).</summary>
    [Fact]
    public void Of_TheSameNumbers_IsNotWiderThanABootstrapAndNotMuchNarrower()
    {
        var random = new RandomStream(9);
        double[][] values = Draw(ref random, 20, 300, 0.1, 1, 0.5);
        var draws = new double[1000];
        for (int k = 0; k < draws.Length; k++)
        {
            int[] images = new int[300];
            for (int i = 0; i < images.Length; i++)
                images[i] = random.NextInt(images.Length);
            double sum = 0;
            for (int r = 0; r < values.Length; r++)
            {
                double[] drawn = values[random.NextInt(values.Length)];
                sum += images.Average(i => drawn[i]);
            }

            draws[k] = sum / values.Length;
        }

        double mean = draws.Average(), bootstrap = Math.Sqrt(draws.Sum(x => (x - mean) * (x - mean)) / (draws.Length - 1));
        Assert.InRange(TwoWayMean.Of(values).Error / bootstrap, 0.88, 1.03);
    }

    private static double[][] Draw(ref RandomStream random, int seeds, int images, double seed, double image, double rest)
    {
        double[] byImage = new double[images];
        for (int i = 0; i < images; i++)
            byImage[i] = image * random.NextGaussian();
        double[][] values = new double[seeds][];
        for (int r = 0; r < seeds; r++)
        {
            double bySeed = seed * random.NextGaussian();
            values[r] = new double[images];
            for (int i = 0; i < images; i++)
                values[r][i] = bySeed + byImage[i] + (rest * random.NextGaussian());
        }

        return values;
    }
}
