using Lethe.Operators.Kernels;

namespace Lethe.Operators;

/// <summary>A convolution without dilation or groups, as far as its numbers are not concerned.</summary>
/// <param name="Shape">N, H and W of what goes in.</param>
/// <param name="From">Channels that go in.</param>
/// <param name="To">Channels that come out.</param>
/// <param name="Taps">K, down and across.</param>
/// <param name="Stride">Down and across, in pixels.</param>
/// <param name="Padding">Zeros around the map, in pixels.</param>
internal readonly record struct ConvolutionSpec(MapShape Shape, int From, int To, int Taps, int Stride, int Padding)
{
    /// <summary>N, H′ and W′.</summary>
    public MapShape Output => new(Shape.Images, Side(Shape.Height), Side(Shape.Width));

    private int Side(int side) => (side + 2 * Padding - Taps) / Stride + 1;
}
