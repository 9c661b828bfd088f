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

    /// <summary>Where a pixel is; pixels go along rows, then down, then through images.</summary>
    /// <param name="pixel">The pixel.</param>
    /// <returns>Image, row and column.</returns>
    public (int Image, int Row, int Column) Pixel(int pixel)
    {
        (int rows, int column) = Math.DivRem(pixel, Width);
        (int image, int row) = Math.DivRem(rows, Height);
        return (image, row, column);
    }

    private int Down => (Height + Side - 1) / Side;

    private int Across => (Width + Side - 1) / Side;

    /// <summary>Where a tile's first pixel is; tiles go along rows, then down, then through images.</summary>
    /// <param name="tile">The tile.</param>
    /// <returns>Image, row and column.</returns>
    public (int Image, int Top, int Left) Place(int tile)
    {
        (int rows, int across) = Math.DivRem(tile, Across);
        (int image, int down) = Math.DivRem(rows, Down);
        return (image, Side * down, Side * across);
    }
}
