using Lethe.Data;
using Lethe.Runtime;
using SkiaSharp;

namespace Lethe.Tests.Data;

/// <summary>Images of more pixels than <c>--max-megapixels</c> are reduced while they are decoded, or refused with what to do.</summary>
public sealed class LargeImageTests : IDisposable
{
    private const int Height = 1000, Width = 1300;

    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(SKEncodedImageFormat.Png, 0)]
    [InlineData(SKEncodedImageFormat.Jpeg, 0)]
    [InlineData(SKEncodedImageFormat.Webp, 4)]
    public void Decode_BeyondTheLimit_IsReducedAsItIsWithin(SKEncodedImageFormat format, int tolerance)
    {
        string path = folder.Write("large", TempFolder.Encode(format, Height, Width, Smooth));
        Image whole = ImageDecoder.Decode(path, 37, 0, maxMegapixels: 2).Image, reduced = ImageDecoder.Decode(path, 37, 0, maxMegapixels: 1).Image;
        Assert.Equal((37, 48, 3), (reduced.Height, reduced.Width, reduced.Channels));
        Assert.Equal(whole.Pixels.Length, reduced.Pixels.Length);
        for (int i = 0; i < whole.Pixels.Length; i++)
            Assert.InRange(reduced.Pixels.Span[i], whole.Pixels.Span[i] - tolerance, whole.Pixels.Span[i] + tolerance);
    }

    [Fact]
    public void Decode_DeepBeyondTheLimit_IsReducedByRows()
    {
        ushort[] levels = DeepImages.Noise(Height * Width, below: 5000);
        string tiff = folder["large.tif"];
        DeepImages.WriteTiff(tiff, DeepImages.Bytes(levels), Height, Width);
        Assert.Equal(
            ImageDecoder.Decode(tiff, 20, 0, maxMegapixels: 2).Image.Pixels.ToArray(),
            ImageDecoder.Decode(tiff, 20, 0, maxMegapixels: 1).Image.Pixels.ToArray());
    }

    [Fact]
    public void Decode_BeyondTheLimitAndNotToBeReduced_NamesTheOption()
    {
        string path = folder.Write("large", TempFolder.Encode(SKEncodedImageFormat.Png, Height, Width, Smooth));
        string message = Assert.Throws<DataException>(() => ImageDecoder.Decode(path, 1000, 0, maxMegapixels: 1)).Message;
        Assert.Contains("1300×1000", message, StringComparison.Ordinal);
        Assert.Contains("--max-megapixels", message, StringComparison.Ordinal);
    }

    private static SKColor Smooth(int y, int x) => new((byte)(y / 4), (byte)(x / 6), (byte)((x + y) / 10));
}
