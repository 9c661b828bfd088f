using System.Buffers.Binary;
using System.IO.Compression;
using BitMiracle.LibTiff.Classic;
using Lethe.Data;
using Lethe.Numerics;

namespace Lethe.Tests.Data;

/// <summary>Images of other samples than bytes, and files of them.</summary>
internal static class DeepImages
{
    private static readonly (int X, int Y, int Across, int Down)[] passes =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>Levels that may be anything.</summary>
    public static ushort[] Noise(int count, ulong seed = 1, int below = 65536)
    {
        var random = new RandomStream(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (ushort)random.NextInt(below))];
    }

    public static Image Image16(ushort[] levels, int height, int width, int channels) =>
        new(Bytes(levels), height, width, channels) { Samples = SampleType.UInt16 };

    public static Image ImageF(float[] numbers, int height, int width, int channels) =>
        new(Bytes(numbers), height, width, channels) { Samples = SampleType.Float32 };

    public static byte[] Bytes<T>(T[] values)
        where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(values).ToArray();

    public static T[] Values<T>(Image image)
        where T : unmanaged => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(image.Pixels.Span).ToArray();

    /// <summary>A PNG file of 16 bits whose rows take each filter in turn.</summary>
    /// <param name="levels">[height, width, stored].</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="colourType">0 grey, 2 colour, 4 grey and alpha, 6 colour and alpha.</param>
    /// <param name="interlaced">Whether by Adam7.</param>
    /// <param name="more">A chunk behind the header.</param>
    public static byte[] Png(ushort[] levels, int height, int width, int colourType, bool interlaced = false, byte[]? more = null)
    {
        int pixel = 2 * levels.Length / (height * width);
        byte[] raw = [.. levels.SelectMany(level => new[] { (byte)(level >> 8), (byte)level })];
        var rows = new MemoryStream();
        foreach ((int x, int y, int across, int down) in interlaced ? passes : [(0, 0, 1, 1)])
        {
            byte[] above = [];
            for (int line = y; line < height && x < width; line += down)
            {
                byte[] row = [.. Enumerable.Range(0, (width - x + across - 1) / across).SelectMany(
                    i => raw.Skip(((line * width) + x + (i * across)) * pixel).Take(pixel))];
                rows.Write(Filtered(row, above.Length == 0 ? new byte[row.Length] : above, pixel, line / down % 5));
                above = row;
            }
        }

        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(rows.ToArray());
        byte[] header = new byte[13], data = packed.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (16, (byte)colourType, (byte)(interlaced ? 1 : 0));
        return
        [
            0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. Containers.PngChunk("IHDR"u8, header), .. more ?? [],
            .. Containers.PngChunk("IDAT"u8, data.AsSpan(0, data.Length / 3)), .. Containers.PngChunk("IDAT"u8, []),
            .. Containers.PngChunk("IDAT"u8, data.AsSpan(data.Length / 3)), .. Containers.PngChunk("IEND"u8, []),
        ];
    }

    /// <summary>Writes a TIFF file of one page, or adds a page.</summary>
    /// <param name="path">The file.</param>
    /// <param name="samples">[height, width, stored], or [stored, height, width] of planes, packed.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="stored">Samples of a pixel.</param>
    /// <param name="bits">Bits of a sample.</param>
    /// <param name="tags">Further tags.</param>
    /// <param name="planes">Whether each sample has a plane of its own.</param>
    /// <param name="tile">Height and width of tiles; 0 for strips.</param>
    /// <param name="mode">w, w8 for BigTIFF, wb for the other byte order, or a to add a page.</param>
    public static void WriteTiff(
        string path, byte[] samples, int height, int width, int stored = 1, int bits = 16, Action<Tiff>? tags = null, bool planes = false,
        int tile = 0, string mode = "w")
    {
        using Tiff file = Tiff.Open(path, mode);
        file.SetField(TiffTag.IMAGEWIDTH, width);
        file.SetField(TiffTag.IMAGELENGTH, height);
        file.SetField(TiffTag.BITSPERSAMPLE, bits);
        file.SetField(TiffTag.SAMPLESPERPIXEL, stored);
        file.SetField(TiffTag.PHOTOMETRIC, stored == 3 ? Photometric.RGB : Photometric.MINISBLACK);
        file.SetField(TiffTag.PLANARCONFIG, planes ? PlanarConfig.SEPARATE : PlanarConfig.CONTIG);
        file.SetField(TiffTag.COMPRESSION, Compression.DEFLATE);
        if (tile == 0)
            file.SetField(TiffTag.ROWSPERSTRIP, 5);
        tags?.Invoke(file);
        int across = planes ? 1 : stored, rowBytes = ((width * across * bits) + 7) / 8;
        if (tile > 0)
        {
            file.SetField(TiffTag.TILELENGTH, tile);
            file.SetField(TiffTag.TILEWIDTH, tile);
        }

        for (int plane = 0; plane < (planes ? stored : 1); plane++)
        {
            byte[] part = samples[(plane * height * rowBytes)..((plane + 1) * height * rowBytes)];
            for (int y = 0; tile == 0 && y < height; y++)
                file.WriteScanline(part[(y * rowBytes)..((y + 1) * rowBytes)], y, (short)plane);
            for (int y = 0; tile > 0 && y < height; y += tile)
            {
                for (int x = 0; x < width; x += tile)
                    file.WriteTile(Tile(part, y, x, height, rowBytes, tile, across * bits / 8), x, y, 0, (short)plane);
            }
        }

        file.WriteDirectory();
    }

    private static byte[] Tile(byte[] part, int y, int x, int height, int rowBytes, int tile, int pixel)
    {
        byte[] found = new byte[tile * tile * pixel];
        for (int i = 0; i < Math.Min(tile, height - y); i++)
        {
            int count = Math.Min(tile * pixel, rowBytes - (x * pixel));
            part.AsSpan(((y + i) * rowBytes) + (x * pixel), count).CopyTo(found.AsSpan(i * tile * pixel));
        }

        return found;
    }

    private static byte[] Filtered(byte[] row, byte[] above, int pixel, int filter)
    {
        byte[] result = new byte[row.Length + 1];
        result[0] = (byte)filter;
        for (int i = 0; i < row.Length; i++)
        {
            int left = i >= pixel ? row[i - pixel] : 0, up = above[i], corner = i >= pixel ? above[i - pixel] : 0;
            int guess = left + up - corner;
            int[] candidates = [left, up, corner];
            result[i + 1] = (byte)(row[i] - filter switch
            {
                0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => candidates.MinBy(candidate => Math.Abs(guess - candidate)),
            });
        }

        return result;
    }
}
