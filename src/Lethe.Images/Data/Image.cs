namespace Lethe.Data;

/// <summary>A decoded image: bytes, interleaved, row by row: [Height, Width, Channels].</summary>
/// <param name="Pixels">Height · Width · Channels bytes, 0 to 255; not to be changed while the image is used.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Channels">1 for grey, 3 for red, green, blue.</param>
public readonly record struct Image(ReadOnlyMemory<byte> Pixels, int Height, int Width, int Channels);
