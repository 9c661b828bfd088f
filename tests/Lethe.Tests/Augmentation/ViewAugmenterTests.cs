using System.Runtime.Intrinsics;
using CsCheck;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Tests.Augmentation;

public class ViewAugmenterTests
{
    private static readonly AugmentationOptions Everything = new() { BlurProbability = 0.5, SolariseProbability = 0.2 };

    [Theory]
    [InlineData(32, 32, 3, 32, 3)] // CIFAR
    [InlineData(28, 28, 1, 28, 1)] // Fashion-MNIST, no whole number of vectors
    [InlineData(28, 28, 1, 32, 3)] // grey into colour
    [InlineData(40, 31, 3, 20, 1)] // colour into grey
    [InlineData(96, 96, 3, 64, 3)]
    [InlineData(61, 149, 3, 33, 3)]
    [InlineData(7, 5, 3, 16, 3)] // lines shorter than a vector, much enlarged
    [InlineData(1, 1, 1, 16, 1)]
    [InlineData(300, 200, 3, 17, 3)] // much reduced
    public void Render_RandomViews_MatchTheDefinitions(int height, int width, int imageChannels, int size, int channels)
    {
        ViewAugmenter augmenter = Sample.Plain(Everything, size, channels);
        float[] actual = new float[augmenter.Length];
        for (ulong seed = 0; seed < 25; seed++)
        {
            Image image = Sample.Noise(height, width, imageChannels, seed + 1000);
            ViewParameters view = ViewParameters.Draw(Everything, height, width, seed) with { Solarise = false };
            double[,,] expected = ReferenceView.Render(image, view, Everything, size, channels, Math.Max(1, size / 20));
            augmenter.RenderWith(image, view, actual);
            AssertWithin(expected, actual, greyLevels: 0.01, $"seed {seed}, {view}");
        }
    }

    [Theory]
    [InlineData(32, 32, 3, 32, 3)]
    [InlineData(28, 28, 1, 28, 1)]
    [InlineData(40, 31, 3, 20, 1)]
    [InlineData(61, 149, 3, 33, 3)]
    [InlineData(7, 5, 3, 16, 3)] // fewer inputs than weights in some crops
    [InlineData(2, 1, 3, 16, 3)]
    [InlineData(300, 200, 3, 17, 3)]
    public void Render_Bicubic_MatchesTheDefinitions(int height, int width, int imageChannels, int size, int channels)
    {
        AugmentationOptions options = Everything with { Interpolation = "bicubic" };
        ViewAugmenter augmenter = Sample.Plain(options, size, channels);
        float[] actual = new float[augmenter.Length];
        for (ulong seed = 0; seed < 25; seed++)
        {
            Image image = Sample.Noise(height, width, imageChannels, seed + 1000);
            ViewParameters view = ViewParameters.Draw(options, height, width, seed) with { Solarise = false };
            double[,,] expected = ReferenceView.Render(image, view, options, size, channels, Math.Max(1, size / 20));
            augmenter.RenderWith(image, view, actual);
            AssertWithin(expected, actual, greyLevels: 0.01, $"seed {seed}, {view}");
        }
    }

    [Theory]
    [InlineData(16, 16, 28)]
    [InlineData(75, 51, 24)]
    [InlineData(9, 300, 16)]
    public void RenderPlain_Bicubic_IsResizedAndCut(int height, int width, int size)
    {
        ViewAugmenter augmenter = Sample.Plain(new AugmentationOptions { Interpolation = "bicubic" }, size, 3);
        Image image = Sample.Noise(height, width, 3, 8);
        float[] actual = new float[augmenter.Length];
        augmenter.RenderPlain(image, actual);
        AssertWithin(ReferenceView.RenderPlain(image, size, cubic: true), actual, 0.01, "plain");
    }

    [Fact]
    public void Render_BicubicAtAnEdge_IsSharperThanBilinearAndClipped()
    {
        // Left half 40, right half 255: the cubic undershoots beside the edge and would overshoot 255.
        byte[] pixels = [.. Enumerable.Range(0, 16 * 16).Select(i => (byte)(i % 16 < 8 ? 40 : 255))];
        var image = new Image(pixels, 16, 16, 1);
        float[] linear = new float[32 * 32], cubic = new float[32 * 32];
        AugmentationOptions options = AugmentationOptions.Named("none");
        Sample.Plain(options, 32, 1).Render(image, 1, linear);
        Sample.Plain(options with { Interpolation = "bicubic" }, 32, 1).Render(image, 1, cubic);
        Assert.Equal(1, cubic.Max());
        Assert.True(cubic.Min() < 38 / 255f);
        Assert.Equal(40 / 255f, linear.Min(), 1e-6);
    }

    [Fact]
    public void Render_LargeView_MatchesTheDefinitions()
    {
        // 224 pixels: 23 taps of blur, several blocks of everything.
        ViewAugmenter augmenter = Sample.Plain(Everything, 224, 3);
        Image image = Sample.Noise(150, 260, 3, 5);
        ViewParameters view = ViewParameters
            .Draw(Everything, image.Height, image.Width, 3) with { Jitter = true, Blur = true, BlurSigma = 1.9, Solarise = false };
        float[] actual = new float[augmenter.Length];
        augmenter.RenderWith(image, view, actual);
        AssertWithin(ReferenceView.Render(image, view, Everything, 224, 3, 11), actual, greyLevels: 0.01, view.ToString());
    }

    [Fact]
    public void Render_Solarise_InvertsBrightValues()
    {
        AugmentationOptions options = AugmentationOptions.Named("none") with { SolariseProbability = 1 };
        Image image = Sample.Noise(16, 16, 3, 1);
        float[] actual = new float[16 * 16 * 3];
        Sample.Plain(options, 16, 3).Render(image, 9, actual);
        Assert.All(
            image.Pixels.ToArray().Zip(actual),
            pair => Assert.Equal((pair.First >= 128 ? 255 - pair.First : pair.First) / 255f, pair.Second, 1e-6));
    }

    [Theory]
    [InlineData(32, 32, 32)]
    [InlineData(16, 16, 28)]
    [InlineData(75, 51, 24)]
    [InlineData(51, 76, 24)]
    [InlineData(9, 300, 16)]
    [InlineData(17, 16, 16)]
    public void RenderPlain_AnySize_IsShortSideResizedAndCentreCut(int height, int width, int size)
    {
        ViewAugmenter augmenter = Sample.Plain(Everything, size, 3);
        Image image = Sample.Noise(height, width, 3, 8);
        float[] actual = new float[augmenter.Length];
        augmenter.RenderPlain(image, actual);
        AssertWithin(ReferenceView.RenderPlain(image, size), actual, 0.01, "plain");
    }

    [Fact]
    public void RenderPlain_ImageOfTheSize_IsTheNormalisedImage()
    {
        Image image = Sample.Noise(20, 20, 3, 3);
        ViewAugmenter augmenter = Sample.Normalising(20);
        float[] actual = new float[augmenter.Length];
        augmenter.RenderPlain(image, actual);
        for (int i = 0; i < actual.Length; i++)
        {
            float expected =
                (image.Pixels.Span[i] / 255f - augmenter.Statistics.Mean[i % 3]) / augmenter.Statistics.StandardDeviation[i % 3];
            Assert.Equal(expected, actual[i], 2e-6);
        }
    }

    [Fact]
    public void Render_None_IsTheImageExactly()
    {
        Image image = Sample.Noise(28, 28, 1, 4);
        ViewAugmenter augmenter = Sample.Plain(AugmentationOptions.Named("none"), 28, 1);
        float[] plain = new float[augmenter.Length], view = new float[augmenter.Length];
        augmenter.RenderPlain(image, plain);
        for (ulong seed = 0; seed < 20; seed++)
        {
            augmenter.Render(image, seed, view);
            Assert.Equal(plain, view);
            Assert.Equal(image.Pixels.ToArray(), view.Select(v => (byte)MathF.Round(255 * v)));
        }
    }

    [Fact]
    public void Render_Flip_IsAnExactMirror()
    {
        ViewAugmenter augmenter = Sample.Plain(new AugmentationOptions(), 24, 3);
        Image image = Sample.Noise(37, 53, 3, 6);
        float[] straight = new float[augmenter.Length], mirrored = new float[augmenter.Length];
        for (ulong seed = 0; seed < 20; seed++)
        {
            // Contrast is left out: its mean sums the columns in another order.
            ViewParameters view = ViewParameters.Draw(new AugmentationOptions(), image.Height, image.Width, seed) with { Jitter = false };
            augmenter.RenderWith(image, view with { Flip = false }, straight);
            augmenter.RenderWith(image, view with { Flip = true }, mirrored);
            for (int row = 0; row < 24; row++)
            {
                for (int column = 0; column < 24; column++)
                {
                    for (int c = 0; c < 3; c++)
                        Assert.Equal(straight[(row * 24 + column) * 3 + c], mirrored[(row * 24 + 23 - column) * 3 + c]);
                }
            }
        }
    }

    [Fact]
    public void Render_GreyImageInColour_StaysGreyAndEqualsTheGreyView()
    {
        Image image = Sample.Noise(28, 28, 1, 2);
        ViewAugmenter colour = Sample.Plain(Everything, 28, 3), grey = Sample.Plain(Everything, 28, 1);
        float[] three = new float[colour.Length], one = new float[grey.Length];
        for (ulong seed = 0; seed < 20; seed++)
        {
            colour.Render(image, seed, three);
            grey.Render(image, seed, one);
            Assert.All(three.Chunk(3).Zip(one), pixel => Assert.Equal([pixel.Second, pixel.Second, pixel.Second], pixel.First));
        }
    }

    [Fact]
    public void Render_GreyWithHueSaturationAndGreyOnly_LeavesTheImage()
    {
        AugmentationOptions options = AugmentationOptions
            .Named("none") with { JitterProbability = 1, Brightness = 0, Contrast = 0, GreyProbability = 1 };
        Image image = Sample.Noise(16, 16, 1, 2);
        ViewAugmenter augmenter = Sample.Plain(options, 16, 1);
        float[] plain = new float[augmenter.Length], view = new float[augmenter.Length];
        augmenter.RenderPlain(image, plain);
        augmenter.Render(image, 1, view);
        Assert.Equal(plain, view);
    }

    [Fact]
    public void Render_AlwaysGrey_HasThreeEqualChannels()
    {
        ViewAugmenter augmenter = Sample.Plain(new AugmentationOptions { GreyProbability = 1 }, 16, 3);
        float[] view = new float[augmenter.Length];
        augmenter.Render(Sample.Noise(32, 32, 3, 1), 5, view);
        Assert.All(view.Chunk(3), pixel => Assert.Equal(pixel[0], pixel[1]));
        Assert.All(view.Chunk(3), pixel => Assert.Equal(pixel[0], pixel[2]));
    }

    [Fact]
    public void Render_AnySeed_StaysFiniteAndInRange()
    {
        ViewAugmenter augmenter = Sample.Plain(Everything, 18, 3);
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 70], Gen.OneOf(Gen.Const(1), Gen.Const(3)), Gen.ULong).Sample(
            (height, width, channels, seed) =>
            {
                float[] values = new float[augmenter.Length];
                augmenter.Render(Sample.Noise(height, width, channels, seed), seed, values);
                return values.All(v => v is >= -1e-5f and <= 1.00001f);
            },
            iter: 300);
    }

    [Fact]
    public void Render_SizesAlternateOnOneThread_LeavesNoTraceInBuffers()
    {
        Image image = Sample.Noise(40, 40, 3, 1);
        ViewAugmenter small = Sample.Plain(Everything, 18, 3), large = Sample.Plain(Everything, 96, 3);
        float[] fresh = new float[small.Length], after = new float[small.Length], other = new float[large.Length];
        for (ulong seed = 0; seed < 10; seed++)
        {
            var thread = new Thread(() => small.Render(image, seed, fresh));
            thread.Start();
            thread.Join();
            large.Render(image, seed, other);
            small.Render(image, seed, after);
            Assert.Equal(fresh, after);
        }
    }

    [Fact]
    public void Render_AfterWarmUp_AllocatesNothing()
    {
        ViewAugmenter augmenter = Sample.Plain(new AugmentationOptions { BlurProbability = 1, SolariseProbability = 0.5 }, 32, 3);
        Image colour = Sample.Noise(48, 48, 3, 1), grey = Sample.Noise(40, 40, 1, 1);
        float[] view = new float[augmenter.Length];
        for (ulong seed = 0; seed < 200; seed++)
            RenderAll(seed);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong seed = 200; seed < 400; seed++)
            RenderAll(seed);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2000);

        void RenderAll(ulong seed)
        {
            augmenter.Render(colour, seed, view);
            augmenter.Render(grey, seed, view);
            augmenter.RenderPlain(colour, view);
        }
    }

    /// <summary>As a loader alternates: the buffers serve both sizes.</summary>
    [Fact]
    public void Render_FullAndLocalInTurn_AllocatesNothing()
    {
        ViewAugmenter augmenter = Sample.Plain(Everything with { LocalViews = 2 }, 33, 3), small = augmenter.Local!;
        Image image = Sample.Noise(40, 50, 3, 1);
        float[] view = new float[augmenter.Length], local = new float[small.Length];
        void Render(ulong from)
        {
            for (ulong seed = from; seed < from + 200; seed++)
            {
                augmenter.Render(image, seed, view);
                small.Render(image, seed, local);
            }
        }

        Render(0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Render(200);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2000);
    }

    [Theory]
    [InlineData(16, 0, 16)]
    [InlineData(28, 0, 16)]
    [InlineData(32, 0, 16)]
    [InlineData(65, 0, 32)]
    [InlineData(32, 24, 24)]
    [InlineData(32, 32, 32)]
    public void Local_OfAnySize_IsTheAugmenterOfLocalCropsAtHalfTheSizeOrAsAsked(int size, int asked, int expected)
    {
        AugmentationOptions options =
            Everything with { LocalViews = 3, LocalSize = asked, LocalScaleMinimum = 0.1, LocalScaleMaximum = 0.2 };
        ViewAugmenter augmenter = Sample.Plain(options, size, 3), local = augmenter.Local!;
        Assert.Equal((3, expected, 3), (augmenter.LocalViews, local.Size, local.Channels));
        Assert.Null(local.Local);
        Assert.Same(augmenter.Statistics, local.Statistics);
        Image image = Sample.Noise(40, 40, 3, 1);
        ViewAugmenter alike = Sample.Plain(Everything with { CropScaleMinimum = 0.1, CropScaleMaximum = 0.2 }, expected, 3);
        float[] found = new float[local.Length], same = new float[local.Length];
        local.Render(image, 5, found);
        alike.Render(image, 5, same);
        Assert.Equal(same, found);
        Assert.Null(Sample.Plain(Everything, size, 3).Local);
    }

    [Fact]
    public void Render_WrongLengths_SaysWhatWasExpected()
    {
        ViewAugmenter augmenter = Sample.Plain(new AugmentationOptions(), 16, 3);
        Image image = Sample.Noise(16, 16, 3, 1);
        var room = Assert.Throws<ArgumentException>(() => augmenter.Render(image, 1, new float[10]));
        Assert.Contains("16 · 16 · 3 = 768 floats, found 10", room.Message);
        var pixels = Assert.Throws<ArgumentException>(() => augmenter.RenderPlain(image with { Height = 17 }, new float[768]));
        Assert.Contains("768 bytes for 17 · 16 · 3", pixels.Message);
    }

    [Fact]
    public void Constructor_WrongArguments_SaysWhatToUse()
    {
        var statistics = new ChannelStatistics([0, 0, 0], [1, 1, 1]);
        Assert.Contains(
            "between 16 and 1024; found 15",
            Assert.Throws<InvalidOptionException>(() => new ViewAugmenter(Everything, 15, 3, statistics)).Message);
        Assert.Contains("1 to 16", Assert.Throws<ArgumentException>(() => new ViewAugmenter(Everything, 32, 17, statistics)).Message);
        Assert.Contains(
            "of 1 channels, found 3", Assert.Throws<ArgumentException>(() => new ViewAugmenter(Everything, 32, 1, statistics)).Message);
        Assert.Throws<ArgumentException>(() => new ViewAugmenter(Everything, 32, 1, new ChannelStatistics([0], [0])));
        Assert.Contains(
            "larger than the full-size views of 32 pixels",
            Assert.Throws<InvalidOptionException>(
                () => new ViewAugmenter(Everything with { LocalViews = 1, LocalSize = 33 }, 32, 3, statistics)).Message);
        Assert.Contains(
            "less than the 16 pixels",
            Assert.Throws<InvalidOptionException>(() => new ViewAugmenter(Everything with { BlurRadius = 16 }, 16, 3, statistics)).Message);
    }

    [Fact]
    public void Transpose_InRegisters_EqualsElementByElement()
    {
        var random = new RandomStream(1);
        var fast = new Vector256<float>[8];
        for (int i = 0; i < 8; i++)
        {
            for (int j = 0; j < 8; j++)
                fast[i] = fast[i].WithElement(j, (float)random.NextDouble());
        }

        Vector256<float>[] original = [.. fast], slow = [.. fast];
        Transposition.Transpose(ref fast[0], ref fast[1], ref fast[2], ref fast[3], ref fast[4], ref fast[5], ref fast[6], ref fast[7]);
        Transposition.TransposeElements(
            ref slow[0], ref slow[1], ref slow[2], ref slow[3], ref slow[4], ref slow[5], ref slow[6], ref slow[7]);
        for (int i = 0; i < 8; i++)
        {
            for (int j = 0; j < 8; j++)
                Assert.Equal(original[j][i], fast[i][j]);
        }

        Assert.Equal(fast, slow);
    }

    private static void AssertWithin(double[,,] expected, float[] actual, double greyLevels, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        int i = 0;
        foreach (double value in expected)
        {
            double found = 255 * actual[i];
            Assert.True(Math.Abs(value - found) <= greyLevels, $"{what}: value {i} should be {value}, found {found}");
            i++;
        }
    }
}
