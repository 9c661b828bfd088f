using BitMiracle.LibTiff.Classic;
using Lethe.Runtime;

namespace Lethe.Data.Formats;

/// <summary>
/// The rows of a page of a TIFF file as they are stored, from strips or tiles. Rows are asked for in order, plane by plane.
/// </summary>
internal sealed class TiffRows
{
    private readonly Tiff file;
    private readonly int rowBytes;
    private readonly byte[] row;
    private readonly bool isTiled;
    private readonly int tileRows;
    private readonly int tileColumns;
    private readonly int tileRowBytes;
    private readonly byte[] tile = [];
    private readonly byte[] band = []; // the tiles of one row of tiles, as rows
    private readonly int width;

    public TiffRows(Tiff file, TiffPage page)
    {
        this.file = file;
        width = page.Width;
        int bits = page.Bits * (page.IsPlanar ? 1 : page.Stored);
        rowBytes = checked((int)((((long)width * bits) + 7) / 8));
        row = new byte[Math.Max(rowBytes, file.ScanlineSize())];
        isTiled = file.IsTiled();
        if (!isTiled)
            return;
        tileRows = file.GetField(TiffTag.TILELENGTH)[0].ToInt();
        tileColumns = file.GetField(TiffTag.TILEWIDTH)[0].ToInt();
        if (tileRows is < 1 or > 1 << 16 || tileColumns is < 1 or > 1 << 16 || (long)tileColumns * bits % 8 != 0)
            throw new DataException("corrupt TIFF: its tiles cannot be");
        tileRowBytes = (int)((long)tileColumns * bits / 8);
        tile = new byte[Math.Max(file.TileSize(), checked(tileRows * tileRowBytes))];
        band = new byte[checked(tileRows * rowBytes)];
    }

    /// <summary>A row.</summary>
    /// <param name="y">Which row.</param>
    /// <param name="plane">Which plane; 0 where there is one.</param>
    /// <returns>Its samples, packed, valid until the next call.</returns>
    /// <exception cref="DataException">It cannot be read.</exception>
    public ReadOnlySpan<byte> Read(int y, int plane)
    {
        if (!isTiled)
        {
            if (!file.ReadScanline(row, y, (short)plane))
                throw Broken();
            return row.AsSpan(0, rowBytes);
        }

        if (y % tileRows == 0)
            ReadBand(y, plane);
        return band.AsSpan(y % tileRows * rowBytes, rowBytes);
    }

    private void ReadBand(int y, int plane)
    {
        for (int x = 0; x < width; x += tileColumns)
        {
            if (file.ReadTile(tile, 0, x, y, 0, (short)plane) < 0)
                throw Broken();
            int from = x / tileColumns * tileRowBytes, count = Math.Min(tileRowBytes, rowBytes - from);
            for (int i = 0; i < tileRows; i++)
                tile.AsSpan(i * tileRowBytes, count).CopyTo(band.AsSpan((i * rowBytes) + from));
        }
    }

    private static DataException Broken() => new(
        TiffMessages.TakeLast() is { } why ? $"truncated or corrupt TIFF ({why})" : "truncated or corrupt TIFF");
}
