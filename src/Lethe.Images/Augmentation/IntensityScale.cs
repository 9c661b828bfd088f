using System.Runtime.Intrinsics;
using Lethe.Data;

namespace Lethe.Augmentation;

/// <summary>Brings samples to the scale of bytes, on which views are made: the range of intensities becomes 0 to 255.</summary>
internal static class IntensityScale
{
    /// <summary>Copies samples: value ← clip(255 · (value − low) / (high − low)).</summary>
    /// <param name="image">The image.</param>
    /// <param name="from">The first sample.</param>
    /// <param name="range">What is 0 and 255.</param>
    /// <param name="to">Where the values go. What is no finite number counts as 0 before it is scaled.</param>
    public static void Copy(in Image image, int from, IntensityRange range, Span<float> to)
    {
        new SampleReader(image).CopyTo(from, to);
        IntensityRange own = range.In(image.Samples);
        float low = own.Low, scale = 255 / (own.High - own.Low);
        int i = 0;
        Vector256<float> lows = Vector256.Create(low), scales = Vector256.Create(scale), white = Vector256.Create(255f);
        for (; i + Vector256<float>.Count <= to.Length; i += Vector256<float>.Count)
        {
            Vector256<float> value = (Vector256.Create<float>(to[i..]) - lows) * scales;
            Vector256.MinNative(Vector256.MaxNative(value, Vector256<float>.Zero), white).CopyTo(to[i..]);
        }

        for (; i < to.Length; i++)
            to[i] = Math.Clamp((to[i] - low) * scale, 0, 255);
    }
}
