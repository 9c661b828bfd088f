using Lethe.Data;
using Lethe.Numerics;

namespace Lethe.Benchmarks;

/// <summary>Colour images of random bytes: for work whose time does not depend on what is in the image.</summary>
internal static class NoiseImages
{
    public static Image[] Create(int count, int size)
    {
        var random = new RandomStream(0);
        var images = new Image[count];
        for (int i = 0; i < count; i++)
        {
            byte[] pixels = new byte[size * size * 3];
            for (int j = 0; j < pixels.Length; j++)
                pixels[j] = (byte)random.NextBits();
            images[i] = new Image(pixels, size, size, 3);
        }

        return images;
    }
}
