using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Numerics;

namespace Lethe.Tests.Augmentation;

/// <summary>Images of noise, and augmenters for them.</summary>
internal static class Sample
{
    public static Image Noise(int height, int width, int channels, ulong seed)
    {
        var random = new RandomStream(seed);
        byte[] pixels = new byte[height * width * channels];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)random.NextInt(256);
        return new Image(pixels, height, width, channels);
    }

    public static ImageSet Set(int count, int channels = 3, int size = 16) =>
        new("noise", [.. Enumerable.Range(0, count).Select(i => Noise(size, size, channels, (ulong)i))]);

    /// <summary>With statistics that keep the scale 0 to 1.</summary>
    public static ViewAugmenter Plain(AugmentationOptions options, int size, int channels) =>
        new(options, size, channels, new ChannelStatistics(new float[channels], [.. Enumerable.Repeat(1f, channels)]));

    public static ViewAugmenter Normalising(int size = 16, string name = "simclr") => new(
        AugmentationOptions.Named(name), size, 3, new ChannelStatistics([0.4f, 0.5f, 0.6f], [0.2f, 0.25f, 0.3f]));
}
