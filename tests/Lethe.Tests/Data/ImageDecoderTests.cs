using System.Buffers.Binary;
using Lethe.Data;
using Lethe.Runtime;
using SkiaSharp;

namespace Lethe.Tests.Data;

public sealed class ImageDecoderTests : IDisposable
{
    private const int AnySize = 1000;

    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(SKEncodedImageFormat.Png, 0)]
    [InlineData(SKEncodedImageFormat.Webp, 0)]
    [InlineData(SKEncodedImageFormat.Jpeg, 4)]
    public void Decode_ColourFile_GivesItsPixels(SKEncodedImageFormat format, int tolerance)
    {
        Image image = Decode(TempFolder.Encode(format, 16, 24, (y, _) => y < 8 ? new SKColor(200, 40, 90) : new SKColor(10, 220, 130)));
        Assert.Equal((16, 24, 3), (image.Height, image.Width, image.Channels));
        AssertNear([200, 40, 90], At(image, 2, 3), tolerance);
        AssertNear([10, 220, 130], At(image, 13, 20), tolerance);
    }

    [Theory]
    [InlineData("palette.png")]
    [InlineData("palette.gif")]
    [InlineData("palette.bmp")]
    public void Decode_PaletteGifAndBmp_GivesColours(string name)
    {
        byte[] bytes = Path.GetExtension(name) switch { ".png" => SampleFiles.Palette, ".gif" => SampleFiles.Gif, _ => SampleFiles.Bmp };
        Image image = Decode(bytes, name);
        Assert.Equal((2, 4, 3), (image.Height, image.Width, image.Channels));
        Assert.Equal([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 0, 0], image.Pixels[..12].ToArray());
        Assert.Equal([0, 0, 255, 0, 255, 0, 255, 0, 0, 0, 0, 255], image.Pixels[12..].ToArray());
    }

    [Fact]
    public void Decode_TransparentPaletteEntry_IsWhite()
    {
        Image image = Decode(SampleFiles.PaletteTransparent);
        Assert.Equal([255, 0, 0], At(image, 0, 0));
        Assert.Equal([255, 255, 255], At(image, 0, 1));
    }

    [Fact]
    public void Decode_Alpha_IsCompositedOnWhite()
    {
        Image image = Decode(
            TempFolder.Encode(SKEncodedImageFormat.Png, 1, 3, (_, x) => new SKColor(200, 0, 100, (byte)(x == 0 ? 0 : x == 1 ? 128 : 255))));
        Assert.Equal([255, 255, 255], At(image, 0, 0));
        AssertNear([227, 127, 177], At(image, 0, 1), 1);
        Assert.Equal([200, 0, 100], At(image, 0, 2));
    }

    [Fact]
    public void Decode_GreyStoredInAnyWay_HasOneChannel()
    {
        Assert.Equal([0, 100, 255, 0, 255, 100, 0, 255], Grey(SampleFiles.GreyPalette));
        Assert.Equal([0, 255], Grey(SampleFiles.GreyAlpha));
        Assert.Equal([0, 0, 0, 128, 255, 255], Grey(SampleFiles.Grey16)); // 0, 32768, 65535
        Assert.Equal([0, 255], Grey(SampleFiles.Grey1));
        Assert.All(
            Grey(TempFolder.Encode(SKEncodedImageFormat.Png, 2, 2, (_, _) => new SKColor(9, 9, 9))), value => Assert.Equal(9, value));
        Assert.All(
            Grey(TempFolder.Encode(SKEncodedImageFormat.Jpeg, 16, 16, (_, _) => new SKColor(77, 77, 77), SKColorType.Gray8)),
            value => Assert.InRange(value, 76, 78));

        byte[] Grey(byte[] bytes)
        {
            Image image = Decode(bytes);
            Assert.Equal(1, image.Channels);
            return image.Pixels.ToArray();
        }
    }

    [Fact]
    public void Decode_CmykJpeg_GivesRgb()
    {
        Image image = Decode(SampleFiles.Cmyk);
        Assert.Equal((16, 16, 3), (image.Height, image.Width, image.Channels));
        AssertNear([255, 0, 0], At(image, 3, 2), 8);
        AssertNear([0, 0, 0], At(image, 3, 13), 8);
    }

    // The corners of the scene: top left red, top right green, bottom left blue, bottom right black. For each EXIF
    // orientation the file stores the scene as a camera held that way would.
    [Theory]
    [InlineData(1, "RG/BK")]
    [InlineData(2, "GR/KB")]
    [InlineData(3, "KB/GR")]
    [InlineData(4, "BK/RG")]
    [InlineData(5, "RB/GK")]
    [InlineData(6, "GK/RB")]
    [InlineData(7, "KG/BR")]
    [InlineData(8, "BR/KG")]
    public void Decode_ExifOrientation_TurnsTheSceneUpright(int orientation, string stored)
    {
        string[] rows = stored.Split('/');
        int storedHeight = orientation >= 5 ? 64 : 32, storedWidth = orientation >= 5 ? 32 : 64;
        byte[] jpeg = TempFolder.Encode(
            SKEncodedImageFormat.Jpeg, storedHeight, storedWidth, (y, x) => Colour(rows[y * 2 / storedHeight][x * 2 / storedWidth]));
        string path = folder.Write("turned.jpg", WithOrientation(jpeg, orientation));

        Image image = ImageDecoder.Decode(path, AnySize).Image;
        Assert.Equal((32, 64), ImageDecoder.ReadSize(path));
        Assert.Equal((32, 64), (image.Height, image.Width));
        AssertNear([255, 0, 0], At(image, 4, 4), 6);
        AssertNear([0, 255, 0], At(image, 4, 59), 6);
        AssertNear([0, 0, 255], At(image, 27, 4), 6);
        AssertNear([0, 0, 0], At(image, 27, 59), 6);

        static SKColor Colour(char corner) => corner switch
        {
            'R' => SKColors.Red,
            'G' => new SKColor(0, 255, 0),
            'B' => SKColors.Blue,
            _ => SKColors.Black,
        };
    }

    [Theory]
    [InlineData(1000, 400)]
    [InlineData(400, 1000)]
    public void Decode_LargerThanNeeded_IsReducedToTheShortSide(int height, int width)
    {
        foreach (SKEncodedImageFormat format in new[] { SKEncodedImageFormat.Png, SKEncodedImageFormat.Jpeg })
        {
            // Left half dark, right half light, each with a fine chequer that must not alias.
            byte[] bytes = TempFolder.Encode(format, height, width, (y, x) =>
            {
                byte value = (byte)((x < width / 2 ? 50 : 180) + ((x + y) % 2 == 0 ? 40 : 0));
                return new SKColor(value, value, value);
            });
            Image image = ImageDecoder.Decode(folder.Write("large", bytes), 37).Image;
            Assert.Equal(37, Math.Min(image.Height, image.Width));
            Assert.Equal(93, Math.Max(image.Height, image.Width));
            AssertNear([70], At(image, image.Height / 2, 3), 4);
            AssertNear([200], At(image, image.Height / 2, image.Width - 4), 4);
        }
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Decode_TruncatedAnywhere_IsAnError(SKEncodedImageFormat format)
    {
        AssertTruncationFails(
            TempFolder.Encode(format, 64, 64, (y, x) => new SKColor((byte)(x * 4), (byte)(y * 4), (byte)(x * y)), quality: 80));
    }

    [Fact]
    public void Decode_TruncatedProgressiveGifOrBmp_IsAnError()
    {
        AssertTruncationFails(SampleFiles.Progressive);
        AssertTruncationFails(SampleFiles.Bmp);
        Assert.Throws<DataException>(() => Decode(SampleFiles.Gif[..^6]));
    }

    [Fact]
    public void Decode_JpegWhoseTailIsZeros_IsAnError()
    {
        byte[] jpeg = TempFolder.Encode(SKEncodedImageFormat.Jpeg, 64, 64, (y, x) => new SKColor((byte)(x * 4), (byte)(y * 4), 0));
        Array.Clear(jpeg, jpeg.Length / 2, jpeg.Length - jpeg.Length / 2);
        Assert.Contains("truncated", Assert.Throws<DataException>(() => Decode(jpeg)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_PngWithABadSum_IsAnError()
    {
        byte[] png = TempFolder.Encode(SKEncodedImageFormat.Png, 64, 64, (y, x) => new SKColor((byte)(x * y), (byte)y, (byte)x));
        png[png.Length / 2] ^= 0x55;
        Assert.Throws<DataException>(() => Decode(png));
    }

    [Fact]
    public void Decode_NoImageOrUnreadFormat_SaysSo()
    {
        Assert.Contains("empty", Assert.Throws<DataException>(() => Decode([])).Message, StringComparison.Ordinal);
        Assert.Contains(
            "not a JPEG", Assert.Throws<DataException>(() => Decode("hello, this is text"u8.ToArray())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_MoreThanTheLimitOfPixels_IsRefused()
    {
        byte[] bmp = SampleFiles.Bmp;
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(18), 20_000);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(22), 6_000);
        string path = folder.Write("bomb.bmp", bmp);
        string message = Assert.Throws<DataException>(() => ImageDecoder.Decode(path, 37)).Message;
        Assert.Contains("20000×6000", message, StringComparison.Ordinal);
        Assert.Contains("100 megapixels", message, StringComparison.Ordinal);
        Assert.Contains("--max-megapixels", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_ThousandsOfScans_AreRefused()
    {
        byte[] jpeg = TempFolder.Encode(SKEncodedImageFormat.Jpeg, 16, 16, (_, _) => SKColors.Red);
        byte[] scans = [.. Enumerable.Repeat<byte[]>([0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0x3F, 0], 2000).SelectMany(scan => scan)];
        Assert.Contains(
            "scans", Assert.Throws<DataException>(() => Decode([.. jpeg[..^2], .. scans, 0xFF, 0xD9])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 7)]
    [InlineData(16, 16)]
    public void Decode_AnyNumberOfPixels_KeepsEachOfThem(int height, int width)
    {
        // Vectors take four pixels, or eight: what is left over counts as well.
        SKColor Colour(int y, int x) => new((byte)(31 * y + x), (byte)(7 * x), (byte)(y ^ x));
        byte[] expected =
            [
                .. Enumerable.Range(0, height * width).SelectMany(i => new[] { Colour(i / width, i % width) }).SelectMany(
                    c => new[] { c.Red, c.Green, c.Blue }),
            ];
        string path = folder.Write("pixels.png", TempFolder.Encode(SKEncodedImageFormat.Png, height, width, Colour));
        (Image image, (int Height, int Width) stored) = ImageDecoder.Decode(path, AnySize, channels: 3);
        Assert.Equal(expected, image.Pixels.ToArray());
        Assert.Equal((height, width), stored);
    }

    [Fact]
    public void Decode_OneColouredOrTransparentPixelAnywhere_IsSeen()
    {
        for (int place = 0; place < 35; place++)
        {
            SKColor Grey(int y, int x) => y * 7 + x == place ? new SKColor(60, 60, 61) : new SKColor(9, 9, 9);
            SKColor Clear(int y, int x) => y * 7 + x == place ? new SKColor(0, 0, 0, 0) : new SKColor(9, 9, 9);
            Assert.Equal(3, Decode(TempFolder.Encode(SKEncodedImageFormat.Png, 5, 7, Grey)).Channels);
            Image flat = Decode(TempFolder.Encode(SKEncodedImageFormat.Png, 5, 7, Clear));
            Assert.Equal(Enumerable.Range(0, 35).Select(i => (byte)(i == place ? 255 : 9)), flat.Pixels.ToArray());
        }
    }

    [Fact]
    public void ToChannels_BothWays_KeepsGrey()
    {
        var grey = new Image(new byte[] { 0, 77, 255 }, 1, 3, 1);
        Image colour = ImageConversion.ToChannels(grey, 3);
        Assert.Equal([0, 0, 0, 77, 77, 77, 255, 255, 255], colour.Pixels.ToArray());
        Assert.Equal(grey.Pixels.ToArray(), ImageConversion.ToChannels(colour, 1).Pixels.ToArray());
    }

    private static byte[] At(Image image, int y, int x) =>
        image.Pixels.Slice((y * image.Width + x) * image.Channels, image.Channels).ToArray();

    private static void AssertNear(byte[] expected, byte[] actual, int tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.InRange(actual[i], expected[i] - tolerance, expected[i] + tolerance);
        }
    }

    private static byte[] WithOrientation(byte[] jpeg, int orientation)
    {
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0,
            (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8,
            0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg[..2], .. exif, .. jpeg[2..]];
    }

    private Image Decode(byte[] bytes, string name = "image") => ImageDecoder.Decode(folder.Write(name, bytes), AnySize).Image;

    private void AssertTruncationFails(byte[] bytes)
    {
        foreach (double share in new[] { 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97 })
        {
            byte[] part = bytes[..(int)(bytes.Length * share)];
            Assert.Throws<DataException>(() => Decode(part));
        }
    }
}
