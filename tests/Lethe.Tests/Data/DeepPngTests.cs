using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Tests.Data;

public sealed class DeepPngTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(11, 13, 0, false)]
    [InlineData(11, 13, 0, true)]
    [InlineData(11, 13, 2, false)]
    [InlineData(9, 17, 2, true)]
    [InlineData(1, 1, 0, true)]
    [InlineData(3, 2, 2, true)]
    [InlineData(1, 9, 0, true)]
    public void Decode_SixteenBits_GivesEachLevel(int height, int width, int colourType, bool interlaced)
    {
        int channels = colourType == 0 ? 1 : 3;
        ushort[] levels = DeepImages.Noise(height * width * channels);
        string path = folder.Write("deep.png", DeepImages.Png(levels, height, width, colourType, interlaced));
        Image image = ImageDecoder.Decode(path, 1000).Image;
        Assert.Equal((height, width, channels, SampleType.UInt16), (image.Height, image.Width, image.Channels, image.Samples));
        Assert.Equal(levels, DeepImages.Values<ushort>(image));
        Assert.Equal(new ImageHeader(height, width, 2 * channels), ImageDecoder.ReadHeader(path));
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(6, true)]
    public void Decode_Alpha_IsCompositedOnWhite(int colourType, bool interlaced)
    {
        int colours = colourType == 4 ? 1 : 3;
        ushort[] levels = DeepImages.Noise(12 * 10 * (colours + 1));
        Image image = Decode(DeepImages.Png(levels, 12, 10, colourType, interlaced));
        ushort[] found = DeepImages.Values<ushort>(image);
        Assert.Equal(colours, image.Channels);
        for (int i = 0; i < found.Length; i++)
        {
            double alpha = levels[(i / colours * (colours + 1)) + colours] / 65535.0, level = levels[(i / colours * (colours + 1)) + (i % colours)];
            Assert.InRange(found[i], (level * alpha) + (65535 * (1 - alpha)) - 1, (level * alpha) + (65535 * (1 - alpha)) + 1);
        }
    }

    [Fact]
    public void Decode_TransparentColour_IsWhite()
    {
        ushort[] levels = [5, 700, 5, 65000];
        byte[] clear = Containers.PngChunk("tRNS"u8, [0, 5]);
        Assert.Equal([65535, 700, 65535, 65000], DeepImages.Values<ushort>(Decode(DeepImages.Png(levels, 2, 2, 0, more: clear))));
    }

    [Fact]
    public void Decode_GreyStoredAsColour_IsGrey()
    {
        ushort[] grey = DeepImages.Noise(30);
        Image image = Decode(DeepImages.Png([.. grey.SelectMany(level => new[] { level, level, level })], 5, 6, 2));
        Assert.Equal(1, image.Channels);
        Assert.Equal(grey, DeepImages.Values<ushort>(image));
    }

    [Fact]
    public void Decode_Orientation_Turns()
    {
        byte[] exif = Containers.PngChunk("eXIf"u8, Containers.Exif(6));
        Image image = Decode(DeepImages.Png([1, 2, 3, 4, 5, 6], 2, 3, 0, more: exif));
        Assert.Equal((3, 2), (image.Height, image.Width));
        Assert.Equal([4, 1, 5, 2, 6, 3], DeepImages.Values<ushort>(image));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decode_CutAnywhere_IsRefusedUnlessNothingIsMissing(bool interlaced)
    {
        byte[] png = DeepImages.Png(DeepImages.Noise(20 * 20), 20, 20, 0, interlaced);
        ushort[] whole = DeepImages.Values<ushort>(Decode(png));
        for (int length = 9; length < png.Length; length += 3)
        {
            try
            {
                Assert.Equal(whole, DeepImages.Values<ushort>(Decode(png[..length])));
                Assert.True(length > png.Length - 40, $"{length} of {png.Length} bytes are used");
            }
            catch (DataException)
            {
                // refused
            }
        }
    }

    [Fact]
    public void Decode_ChangedByte_IsRefused()
    {
        byte[] png = DeepImages.Png(DeepImages.Noise(20 * 20), 20, 20, 0);
        png[png.Length / 2] ^= 0x10;
        Assert.Contains("corrupt PNG", Assert.Throws<DataException>(() => Decode(png)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_Large_IsReducedInItsDepth()
    {
        // Two neighbouring levels alternate: half a level more is lost in 8 bits, and kept in 16.
        ushort[] levels = [.. Enumerable.Range(0, 100 * 150).Select(i => (ushort)(1000 + ((i + (i / 150)) % 2 * 20)))];
        Image image = ImageDecoder.Decode(folder.Write("large.png", DeepImages.Png(levels, 100, 150, 0)), 20).Image;
        Assert.Equal((20, 30, SampleType.UInt16), (image.Height, image.Width, image.Samples));
        Assert.All(DeepImages.Values<ushort>(image), level => Assert.InRange(level, 1009, 1011));
    }

    private Image Decode(byte[] png) => ImageDecoder.Decode(folder.Write("deep.png", png), 1000).Image;
}
