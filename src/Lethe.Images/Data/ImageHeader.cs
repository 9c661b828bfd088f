namespace Lethe.Data;

/// <summary>What the header of an image file says.</summary>
/// <param name="Height">Rows, as seen.</param>
/// <param name="Width">Columns, as seen.</param>
/// <param name="PixelBytes">Bytes that a pixel takes in memory at most.</param>
internal readonly record struct ImageHeader(int Height, int Width, int PixelBytes);
