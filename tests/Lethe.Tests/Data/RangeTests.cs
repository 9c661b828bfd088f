using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Runtime;
using Lethe.Tests.Augmentation;

namespace Lethe.Tests.Data;

/// <summary>Which samples are black and white, and that views keep to it.</summary>
public sealed class RangeTests
{
    [Theory]
    [InlineData("type", true)]
    [InlineData("percentile", true)]
    [InlineData("0,4095", true)]
    [InlineData("-1000,400.5", true)]
    [InlineData("5,5", false)]
    [InlineData("9,2", false)]
    [InlineData("0,inf", false)]
    [InlineData("0;4095", false)]
    [InlineData("all", false)]
    public void Validate_Range_IsUnderstoodOrNamed(string range, bool isUnderstood)
    {
        var options = new DataOptions { Range = range };
        if (isUnderstood)
            options.Validate();
        else
            Assert.Contains("--range", Assert.Throws<InvalidOptionException>(options.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_ByType_TakesAllThatItHolds()
    {
        Assert.Equal(IntensityRange.Bytes, RangeRule.Find("type", Sample.Set(3)).Range);
        Assert.Equal(new IntensityRange(0, 65535, SampleType.UInt16), RangeRule.Find("type", Deep(65536)).Range);
        ImageSet unit = new("unit", [DeepImages.ImageF([0, 0.25f, 1, 0.5f], 2, 2, 1)]);
        Assert.Equal((new IntensityRange(0, 1, SampleType.Float32), null), RangeRule.Find("type", unit));
    }

    [Fact]
    public void Find_TwelveBitsInSixteen_AdvisesThePercentile()
    {
        (IntensityRange range, string? notice) = RangeRule.Find("type", Deep(4096));
        Assert.Equal(65535, range.High);
        Assert.Contains("--range percentile", notice, StringComparison.Ordinal);
        (range, notice) = RangeRule.Find("percentile", Deep(4096));
        Assert.Null(notice);
        Assert.InRange(range.Low, 0, 20);
        Assert.InRange(range.High, 4075, 4095);
        Assert.Null(RangeRule.Find("type", Deep(20000)).Notice);
    }

    [Fact]
    public void Find_NumbersBeyondOne_TakesThePercentileAndSaysSo()
    {
        ImageSet scan = new("scan", [DeepImages.ImageF([.. DeepImages.Noise(4096).Select(x => (x / 10f) - 1000)], 64, 64, 1)]);
        (IntensityRange range, string? notice) = RangeRule.Find("type", scan);
        Assert.InRange(range.Low, -1000, -970);
        Assert.InRange(range.High, 5520, 5553.6);
        Assert.Contains("--range", notice, StringComparison.Ordinal);
        ImageSet flat = new("flat", [DeepImages.ImageF([7, 7, 7, 7], 2, 2, 1)]);
        Assert.True(RangeRule.Find("type", flat).Range is { Low: 7, High: > 7 });
    }

    [Fact]
    public void Measure_OfDeepImages_IsThatOfTheSameBytes()
    {
        ImageSet bytes = Sample.Set(5), deep = new("deep", [.. Enumerable.Range(0, 5).Select(i => ImageConversion.ToSamples(bytes[i], SampleType.UInt16))]);
        ChannelStatistics expected = ChannelStatistics.Measure(bytes), found = ChannelStatistics.Measure(deep);
        for (int c = 0; c < 3; c++)
        {
            Assert.Equal(expected.Mean[c], found.Mean[c], 1e-6);
            Assert.Equal(expected.StandardDeviation[c], found.StandardDeviation[c], 1e-6);
        }

        Assert.Equal(SampleType.UInt16, found.Range.Samples);
    }

    [Fact]
    public void Measure_WhatNeverChanges_HasOneLevelOfItsDepth()
    {
        ImageSet flat = new("flat", [DeepImages.Image16([9, 9, 9, 9], 2, 2, 1)]);
        Assert.Equal(1 / 65535f, ChannelStatistics.Measure(flat).StandardDeviation[0]);
        Assert.Equal(1 / 4095f, ChannelStatistics.Measure(flat.Within(new IntensityRange(0, 4095, SampleType.UInt16))).StandardDeviation[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Render_DeepImages_GiveTheViewsOfTheSameBytes(int channels)
    {
        var options = new AugmentationOptions { BlurProbability = 0.5, SolariseProbability = 0.2 };
        ViewAugmenter ofBytes = Sample.Plain(options, 24, channels);
        ViewAugmenter ofWords = Within(options, 24, channels, IntensityRange.OfType(SampleType.UInt16));
        ViewAugmenter ofNumbers = Within(options, 24, channels, new IntensityRange(-3, 5, SampleType.Float32));
        for (ulong seed = 0; seed < 8; seed++)
        {
            Image bytes = Sample.Noise(40, 31, channels, seed), words = ImageConversion.ToSamples(bytes, SampleType.UInt16);
            Image numbers = DeepImages.ImageF([.. bytes.Pixels.ToArray().Select(value => (8 * value / 255f) - 3)], 40, 31, channels);
            float[] expected = Render(ofBytes, bytes, seed);
            AssertNear(expected, Render(ofWords, words, seed));
            AssertNear(expected, Render(ofWords, bytes, seed)); // bytes enter what was made for 16 bits as the same share of white
            AssertNear(expected, Render(ofBytes, words, seed));
            AssertNear(expected, Render(ofNumbers, numbers, seed));
        }
    }

    [Fact]
    public void Render_BeyondTheRange_IsClipped()
    {
        ViewAugmenter augmenter = Within(AugmentationOptions.Named("none"), 16, 1, new IntensityRange(100, 200, SampleType.UInt16));
        Image image = DeepImages.Image16([.. Enumerable.Range(0, 256).Select(i => (ushort)i)], 16, 16, 1);
        float[] view = new float[256];
        augmenter.RenderPlain(image, view);
        Assert.Equal([.. Enumerable.Range(0, 256).Select(i => Math.Clamp((i - 100) / 100f, 0, 1))], view, (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(16)]
    public void Render_Bands_GetTheStepsOfGreyEach(int channels)
    {
        var options = new AugmentationOptions { Contrast = 0, BlurProbability = 0.5, SolariseProbability = 0.3 };
        ViewAugmenter bands = Sample.Plain(options, 20, channels), grey = Sample.Plain(options, 20, 1);
        for (ulong seed = 0; seed < 5; seed++)
        {
            Image image = Sample.Noise(28, 33, channels, seed);
            float[] view = Render(bands, image, seed);
            for (int c = 0; c < channels; c++)
            {
                Image band = new(image.Pixels.ToArray().Where((_, i) => i % channels == c).ToArray(), 28, 33, 1);
                AssertNear(Render(grey, band, seed), [.. view.Where((_, i) => i % channels == c)]);
            }
        }
    }

    [Fact]
    public void Render_ContrastOfBands_IsAboutTheMeanOfAll()
    {
        var options = new AugmentationOptions { CropScaleMinimum = 1, AspectRatioMinimum = 1, AspectRatioMaximum = 1, FlipProbability = 0, JitterProbability = 1, Brightness = 0, Contrast = 0.9 };
        Image image = new(Enumerable.Range(0, 2 * 256).Select(i => (byte)(i % 2 == 0 ? 90 : 150)).ToArray(), 16, 16, 2);
        float[] view = Render(Sample.Plain(options, 16, 2), image, 3);
        Assert.Equal(240 / 255f, view[0] + view[1], 1e-4);
        Assert.NotEqual(90 / 255f, view[0], 1e-3);
    }

    [Fact]
    public void Require_OtherImages_IsRefusedWithWhatIsExpected()
    {
        ViewAugmenter augmenter = Within(new AugmentationOptions(), 16, 5, IntensityRange.OfType(SampleType.UInt16));
        Assert.Contains("takes 5", Assert.Throws<DataException>(() => augmenter.Require(Sample.Set(2))).Message, StringComparison.Ordinal);
        ViewAugmenter scan = Within(new AugmentationOptions(), 16, 3, new IntensityRange(-1000, 400, SampleType.Float32));
        Assert.Contains("8-bit", Assert.Throws<DataException>(() => scan.Require(Sample.Set(2))).Message, StringComparison.Ordinal);
        Sample.Plain(new AugmentationOptions(), 16, 3).Require(Sample.Set(2, channels: 1));
    }

    [Fact]
    public void Common_MixedImages_AreUnitedOrCounted()
    {
        Assert.Equal((3, SampleType.UInt16), Common((1, SampleType.UInt8), (3, SampleType.UInt8), (1, SampleType.UInt16)));
        Assert.Equal((1, SampleType.UInt8), Common());
        string channels = Assert.Throws<DataException>(() => Common((5, 0), (3, 0), (5, 0))).Message;
        Assert.Contains("2 of 5 channels, as file 0; 1 of 3 channels (colour), as file 1", channels, StringComparison.Ordinal);
        string samples = Assert.Throws<DataException>(() => Common((1, SampleType.Float32), (1, 0))).Message;
        Assert.Contains("1 of 32-bit float, as file 0; 1 of 8-bit, as file 1", samples, StringComparison.Ordinal);
        Assert.Equal([0, 0, 255, 255, 7, 7], ImageConversion.ToSamples(new Image(new byte[] { 0, 255, 7 }, 1, 3, 1), SampleType.UInt16).Pixels.ToArray());

        static (int, SampleType) Common(params (int Channels, SampleType Samples)[] images)
        {
            var kinds = new ImageKinds();
            for (int i = 0; i < images.Length; i++)
                kinds.Add(images[i].Channels, images[i].Samples, i);
            return kinds.Common(i => $"file {i}");
        }
    }

    [Fact]
    public void Of_DeepImages_HaveAFingerprintOfTheirOwn()
    {
        Image bytes = new(new byte[8], 2, 2, 2), words = new(new byte[8], 2, 2, 1) { Samples = SampleType.UInt16 };
        Image cut = new(new byte[4], 2, 2, 1);
        Assert.Equal(3, new[] { bytes, words, cut }.Select(Fingerprint.OfPixels).Distinct().Count());
    }

    private static ImageSet Deep(int below) =>
        new("deep", [.. Enumerable.Range(0, 4).Select(i => DeepImages.Image16(DeepImages.Noise(32 * 32, (ulong)i, below), 32, 32, 1))]);

    private static ViewAugmenter Within(AugmentationOptions options, int size, int channels, IntensityRange range) =>
        new(options, size, channels, new ChannelStatistics(new float[channels], [.. Enumerable.Repeat(1f, channels)]) { Range = range });

    private static float[] Render(ViewAugmenter augmenter, Image image, ulong seed)
    {
        float[] view = new float[augmenter.Length];
        augmenter.Render(image, seed, view);
        return view;
    }

    // Solarising turns a value at the middle one way or the other: the last bit of it decides.
    private static void AssertNear(float[] expected, float[] actual) =>
        Assert.True(expected.Zip(actual).Count(pair => Math.Abs(pair.First - pair.Second) > 2e-5) <= 2);
}
