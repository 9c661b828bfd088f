using Lethe.Diagnostics;

namespace Lethe.Tests.Diagnostics;

public class ConfidenceIntervalTests
{
    /// <summary>Expected values: the closed form, worked out by hand for 8 of 10 (Wilson's interval is 0.490 to 0.943).</summary>
    [Fact]
    public void Wilson_Fraction_IsTheClosedForm()
    {
        ConfidenceInterval found = ConfidenceInterval.Wilson(8, 10);
        Assert.Equal(0.4902, found.Low, 1e-4);
        Assert.Equal(0.9433, found.High, 1e-4);
        Assert.Equal((0, 1), (ConfidenceInterval.Wilson(0, 10).Low, ConfidenceInterval.Wilson(10, 10).High));
        Assert.InRange(ConfidenceInterval.Wilson(10, 10).Low, 0.7, 0.75);
    }

    [Fact]
    public void Student_ThreeDraws_UsesTheQuantileOfTwoDegreesOfFreedom()
    {
        ConfidenceInterval found = ConfidenceInterval.Student([1, 2, 3]);
        Assert.Equal(2 - (4.302653 / Math.Sqrt(3)), found.Low, 1e-6);
        Assert.Equal(2 + (4.302653 / Math.Sqrt(3)), found.High, 1e-6);
        Assert.Contains("3 draws", found.Kind, StringComparison.Ordinal);

        // t(0.975; 60) = 2.000298.
        ConfidenceInterval many = ConfidenceInterval.Student([.. Enumerable.Range(0, 61).Select(i => (double)(i % 2))]);
        double deviation = Math.Sqrt(30.0 * 31 / 61 / 60);
        Assert.Equal(2.000298, (many.High - (30.0 / 61)) / (deviation / Math.Sqrt(61)), 1e-6);
    }

    /// <summary>Of a mean the bootstrap's deviation is √(p(1 − p)/n).</summary>
    [Fact]
    public void Bootstrap_Mean_HasTheWidthOfTheNormalApproximation()
    {
        double[] values = [.. Enumerable.Range(0, 400).Select(i => i % 4 == 0 ? 1.0 : 0)];
        ConfidenceInterval found = ConfidenceInterval.Bootstrap(0.25, 400, images => images.Average(i => values[i]), 7);
        Assert.Equal(1.96 * Math.Sqrt(0.25 * 0.75 / 400), (found.High - found.Low) / 2, 0.006);
        Assert.Equal(0.25, (found.High + found.Low) / 2, 1e-12);
        Assert.Equal(found, ConfidenceInterval.Bootstrap(0.25, 400, images => images.Average(i => values[i]), 7));
    }
}
