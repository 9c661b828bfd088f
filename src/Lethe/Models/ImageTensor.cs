using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Lethe.Models;

/// <summary>Makes tensors of rendered images.</summary>
internal static class ImageTensor
{
    /// <summary>A batch in channels-last memory, which convolution on a processor runs faster on.</summary>
    /// <param name="pixels">Normalised values, [N, size, size, C].</param>
    /// <param name="count">N.</param>
    /// <param name="size">Height and width.</param>
    /// <param name="channels">C.</param>
    /// <param name="device">Where to put it.</param>
    /// <returns>[N, C, size, size].</returns>
    public static Tensor FromPixels(ReadOnlySpan<float> pixels, int count, int size, int channels, Device device)
    {
        Tensor rows = empty(count, size, size, channels, dtype: ScalarType.Float32);
        MemoryMarshal.AsBytes(pixels[..(count * size * size * channels)]).CopyTo(rows.bytes);
        return rows.to(device).permute(0, 3, 1, 2); // [N, C, H, W]
    }
}
