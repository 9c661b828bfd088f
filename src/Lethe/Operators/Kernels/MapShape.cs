namespace Lethe.Operators.Kernels;

/// <summary>The shape of a feature map in channels-last memory, and how it is cut into tiles of 4×4 pixels.</summary>
/// <param name="Images">N.</param>
/// <param name="Height">H, in pixels.</param>
/// <param name="Width">W, in pixels.</param>
internal readonly record struct MapShape(int Images, int Height, int Width)
{
    /// <summary>Side of a tile, in pixels.</summary>
    public const int Side = 4;

    /// <summary>Pixels of all images.</summary>
    public int Pixels => Images * Height * Width;

    /// <summary>Tiles of all images.</summary>
    public int Tiles => Images * Down * Across;

    /// <summary>Share of the tiles' pixels that are pixels of the map, in (0, 1].</summary>
    public double Filled => (double)Height * Width / (Side * Side * Down * Across);

    private int Down => (Height + Side - 1) / Side;

    private int Across => (Width + Side - 1) / Side;
}
