using System.Runtime.Intrinsics;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Numerics;

namespace Lethe.Tests.Augmentation;

/// <summary>Views by vectors of 256 and of 512 bits, which the process is told to use.</summary>
[Collection(typeof(TorchCollection))]
public class ViewWidthTests
{
    [Theory]
    [InlineData(28, 28, 1, 28, 1)]
    [InlineData(32, 32, 3, 32, 3)]
    [InlineData(28, 28, 1, 32, 3)]
    [InlineData(40, 31, 3, 30, 1)]
    [InlineData(61, 149, 3, 20, 3)] // rows that fill no vectors of 512 bits
    [InlineData(96, 96, 3, 64, 3)]
    [InlineData(7, 5, 3, 16, 3)] // lines shorter than such a vector
    [InlineData(300, 200, 3, 17, 3)]
    [InlineData(150, 260, 3, 224, 3)]
    public void Render_EitherWidth_SameBits(int height, int width, int imageChannels, int size, int channels)
    {
        foreach (string interpolation in new[] { "bilinear", "bicubic" })
        {
            var options = new AugmentationOptions { Interpolation = interpolation, BlurProbability = 0.7, SolariseProbability = 0.2 };
            ViewAugmenter augmenter = Sample.Plain(options, size, channels);
            Image image = Sample.Noise(height, width, imageChannels, 11);
            for (ulong seed = 0; seed < 12; seed++)
                Assert.Equal(Render(wide: false, seed), Render(wide: true, seed));

            float[] Render(bool wide, ulong seed)
            {
                float[] plain = new float[augmenter.Length], view = new float[augmenter.Length];
                With(wide, () =>
                {
                    augmenter.RenderPlain(image, plain);
                    augmenter.Render(image, seed, view);
                });
                return [.. plain, .. view];
            }
        }
    }

    [Theory]
    [InlineData(16, true)]
    [InlineData(24, false)]
    [InlineData(28, true)]
    [InlineData(33, false)]
    [InlineData(224, true)]
    public void IsWide_RowsThatFillVectors_Is(int size, bool expected)
    {
        var values = new Vector256<float>[size * ViewCanvas.VectorsFor(size)];
        With(wide: true, () => Assert.Equal(expected, new ViewCanvas(values, size, 1).IsWide));
        With(wide: false, () => Assert.False(new ViewCanvas(values, size, 1).IsWide));
    }

    private static void With(bool wide, Action act)
    {
        bool before = Lanes.Wide;
        Lanes.Wide = wide;
        try
        {
            act();
        }
        finally
        {
            Lanes.Wide = before;
        }
    }
}
