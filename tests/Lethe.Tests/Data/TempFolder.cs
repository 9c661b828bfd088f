using SkiaSharp;

namespace Lethe.Tests.Data;

/// <summary>A folder of its own for a test, with what is needed to fill it.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("lethe-data-").FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);

    public string this[string relative] => Path.Combine(Root, relative);

    public string Write(string relative, params byte[] bytes)
    {
        string path = this[relative];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Colour PNG files of one colour each, a different one for each <paramref name="first"/> + i.</summary>
    public void WritePngs(string folder, int count, int first = 0, int height = 16, int width = 16)
    {
        for (int i = 0; i < count; i++)
        {
            int shade = first + i;
            Write(
                Path.Combine(folder, $"{i:000}.png"),
                Encode(
                    SKEncodedImageFormat.Png,
                    height,
                    width,
                    (_, _) => new SKColor((byte)shade, (byte)(255 - shade), (byte)(shade / 256 + 7))));
        }
    }

    public static byte[] Encode(
        SKEncodedImageFormat format, int height, int width, Func<int, int, SKColor> colourAt, SKColorType type = SKColorType.Rgba8888,
        int quality = 100)
    {
        using var bitmap = new SKBitmap(
            new SKImageInfo(width, height, type, type == SKColorType.Gray8 ? SKAlphaType.Opaque : SKAlphaType.Unpremul));
        Span<byte> pixels = bitmap.GetPixelSpan();
        int bytes = bitmap.BytesPerPixel;
        for (int i = 0; i < height * width; i++)
        {
            SKColor colour = colourAt(i / width, i % width);
            ReadOnlySpan<byte> rgba = [colour.Red, colour.Green, colour.Blue, colour.Alpha];
            rgba[..bytes].CopyTo(pixels[(i / width * bitmap.RowBytes + i % width * bytes)..]);
        }

        using SKData data = bitmap.Encode(format, quality);
        return data.ToArray();
    }
}
