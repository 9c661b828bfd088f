namespace Lethe.Runs;

/// <summary>Small pictures of images, many on a sheet, row by row.</summary>
/// <param name="Side">Height and width of a picture, in pixels.</param>
/// <param name="PerRow">Pictures in a row of a sheet.</param>
/// <param name="PerSheet">Pictures on a sheet; the last holds the rest.</param>
/// <param name="Sheets">The sheets, as WebP.</param>
internal sealed record MapThumbnails(int Side, int PerRow, int PerSheet, IReadOnlyList<byte[]> Sheets);
