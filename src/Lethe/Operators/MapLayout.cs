using Lethe.Operators.Kernels;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>
/// How feature maps lie in memory: channels-last, all channels of a pixel together, whatever torch's order of dimensions says.
/// </summary>
internal static class MapLayout
{
    /// <summary>The map in channels-last memory: itself if it is.</summary>
    /// <param name="map">[N, C, H, W].</param>
    /// <returns>The same numbers.</returns>
    public static Tensor ChannelsLast(Tensor map) => IsChannelsLast(map) ? map : map.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    /// <summary>Whether a map is in channels-last memory.</summary>
    /// <param name="map">[N, C, H, W].</param>
    /// <returns>Whether it is.</returns>
    public static bool IsChannelsLast(Tensor map)
    {
        long[] sides = map.shape, steps = map.stride();
        long step = 1;
        foreach (int dimension in (ReadOnlySpan<int>)[1, 3, 2, 0])
        {
            if (sides[dimension] != 1 && steps[dimension] != step)
                return false;
            step *= sides[dimension];
        }

        return true;
    }

    /// <summary>A map in channels-last memory, of any values.</summary>
    /// <param name="shape">N, H and W.</param>
    /// <param name="channels">C.</param>
    /// <returns>[N, C, H, W].</returns>
    public static Tensor Empty(MapShape shape, int channels) =>
        NativeTensor.Empty(shape.Images, shape.Height, shape.Width, channels).permute(0, 3, 1, 2);

    /// <summary>The shape without channels.</summary>
    /// <param name="map">[N, C, H, W].</param>
    /// <returns>N, H and W.</returns>
    public static MapShape Shape(Tensor map) => new((int)map.shape[0], (int)map.shape[2], (int)map.shape[3]);
}
