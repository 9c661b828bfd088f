using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Tests.Augmentation;

public class ChannelStatisticsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Measure_Images_EqualsTheDefinition(int channels)
    {
        Image[] images = [Sample.Noise(5, 9, channels, 1), Sample.Noise(12, 4, channels, 2), Sample.Noise(3, 3, channels, 3)];
        ChannelStatistics found = ChannelStatistics.Measure(new ImageSet("noise", images));
        Assert.Equal(channels, found.Mean.Count);
        for (int c = 0; c < channels; c++)
        {
            double[] values =
                [.. images.SelectMany(image => image.Pixels.ToArray().Where((_, i) => i % channels == c)).Select(b => b / 255.0)];
            double mean = values.Average();
            Assert.Equal(mean, found.Mean[c], 1e-6);
            Assert.Equal(Math.Sqrt(values.Average(v => (v - mean) * (v - mean))), found.StandardDeviation[c], 1e-6);
        }
    }

    [Fact]
    public void Measure_FewerThanAll_TakesEvenlySpacedImages()
    {
        ImageSet all = Sample.Set(10);
        ChannelStatistics some = ChannelStatistics.Measure(all, 3);
        ChannelStatistics expected = ChannelStatistics.Measure(all.Subset("some", [0, 3, 6]));
        Assert.Equal(expected.Mean, some.Mean);
        Assert.Equal(expected.StandardDeviation, some.StandardDeviation);
    }

    [Fact]
    public void Measure_ConstantImages_HasAPositiveDeviation()
    {
        var black = new ImageSet("black", [new Image(new byte[100], 10, 10, 1)]);
        ChannelStatistics found = ChannelStatistics.Measure(black);
        Assert.Equal(0, found.Mean[0]);
        Assert.Equal(1 / 255f, found.StandardDeviation[0]);
    }

    [Fact]
    public void Measure_NoImages_SaysSo() =>
        Assert.Contains(
            "'empty' has no images", Assert.Throws<DataException>(() => ChannelStatistics.Measure(new ImageSet("empty", []))).Message);
}
