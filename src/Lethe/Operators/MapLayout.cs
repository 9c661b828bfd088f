using Lethe.Operators.Kernels;
using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>How feature maps lie in memory: channels-last, all channels of a pixel together, whatever torch's order of dimensions says.</summary>
internal static class MapLayout
{
    /// <summary>The map in channels-last memory: itself if it is.</summary>
    /// <param name="map">[N, C, H, W].</param>
    /// <returns>The same numbers.</returns>
    public static Tensor ChannelsLast(Tensor map)
    {
        Tensor last = map.permute(0, 2, 3, 1);
        return last.is_contiguous() ? map : last.contiguous().permute(0, 3, 1, 2);
    }

    /// <summary>A map in channels-last memory, of any values.</summary>
    /// <param name="shape">N, H and W.</param>
    /// <param name="channels">C.</param>
    /// <returns>[N, C, H, W].</returns>
    public static Tensor Empty(MapShape shape, int channels) => NativeTensor.Empty(shape.Images, shape.Height, shape.Width, channels).permute(0, 3, 1, 2);

    /// <summary>The shape without channels.</summary>
    /// <param name="map">[N, C, H, W].</param>
    /// <returns>N, H and W.</returns>
    public static MapShape Shape(Tensor map) => new((int)map.shape[0], (int)map.shape[2], (int)map.shape[3]);
}
