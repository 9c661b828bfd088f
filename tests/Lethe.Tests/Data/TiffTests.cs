using BitMiracle.LibTiff.Classic;
using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Tests.Data;

public sealed class TiffTests : IDisposable
{
    private const int Height = 33, Width = 47;

    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1, false, 0, "w")]
    [InlineData(1, false, 16, "wl")]
    [InlineData(1, false, 0, "wb")]
    [InlineData(1, false, 0, "w8")]
    [InlineData(3, false, 0, "w")]
    [InlineData(3, true, 0, "w")]
    [InlineData(3, false, 16, "w")]
    [InlineData(13, false, 0, "w")]
    [InlineData(13, true, 16, "wb")]
    [InlineData(2, true, 0, "w")]
    public void Decode_SixteenBitsInAnyLayout_GivesEachLevel(int channels, bool planes, int tile, string mode)
    {
        ushort[] levels = DeepImages.Noise(Height * Width * channels);
        ushort[] stored = planes
            ? [.. Enumerable.Range(0, channels).SelectMany(c => Enumerable.Range(0, Height * Width).Select(i => levels[(i * channels) + c]))]
            : levels;
        DeepImages.WriteTiff(folder["deep.tif"], DeepImages.Bytes(stored), Height, Width, channels, planes: planes, tile: tile, mode: mode);
        Image image = Decode("deep.tif");
        Assert.Equal((Height, Width, channels, SampleType.UInt16), (image.Height, image.Width, image.Channels, image.Samples));
        Assert.Equal(levels, DeepImages.Values<ushort>(image));
        Assert.Equal(new ImageHeader(Height, Width, 2 * channels), ImageDecoder.ReadHeader(folder["deep.tif"]));
    }

    [Fact]
    public void Decode_OtherNumbers_BecomeSinglePrecision()
    {
        float[] numbers = [.. DeepImages.Noise(Height * Width).Select(level => (level - 30000) / 4f)];
        Assert.Equal(numbers, Floats(DeepImages.Bytes(numbers), 32, SampleFormat.IEEEFP));
        Assert.Equal(numbers, Floats(DeepImages.Bytes(numbers.Select(number => (double)number).ToArray()), 64, SampleFormat.IEEEFP));
        Assert.Equal(
            numbers.Select(number => (float)(Half)number), Floats(DeepImages.Bytes(numbers.Select(number => (Half)number).ToArray()), 16, SampleFormat.IEEEFP));
        Assert.Equal(
            numbers.Select(MathF.Truncate), Floats(DeepImages.Bytes(numbers.Select(number => (short)number).ToArray()), 16, SampleFormat.INT));
        Assert.Equal(
            numbers.Select(MathF.Truncate), Floats(DeepImages.Bytes(numbers.Select(number => (int)number).ToArray()), 32, SampleFormat.INT));
        uint[] large = [.. numbers.Select(number => (uint)(number + 30000))];
        Assert.Equal(large.Select(number => (float)number), Floats(DeepImages.Bytes(large), 32, SampleFormat.UINT));

        float[] Floats(byte[] samples, int bits, SampleFormat format)
        {
            DeepImages.WriteTiff(
                folder["numbers.tif"], samples, Height, Width, bits: bits, tags: file => file.SetField(TiffTag.SAMPLEFORMAT, format));
            Image image = Decode("numbers.tif");
            Assert.Equal(SampleType.Float32, image.Samples);
            return DeepImages.Values<float>(image);
        }
    }

    [Fact]
    public void Decode_NumbersThatAreNone_AreZero()
    {
        float[] numbers = [1, float.NaN, float.PositiveInfinity, -2];
        DeepImages.WriteTiff(
            folder["none.tif"], DeepImages.Bytes(numbers), 2, 2, bits: 32, tags: file => file.SetField(TiffTag.SAMPLEFORMAT, SampleFormat.IEEEFP));
        Assert.Equal([1, 0, 0, -2], DeepImages.Values<float>(Decode("none.tif")));
    }

    [Fact]
    public void Decode_TwelveBits_FillsSixteen()
    {
        DeepImages.WriteTiff(folder["twelve.tif"], [0xFF, 0xF0, 0x00, 0x80, 0x00, 0x01], 1, 4, bits: 12);
        Assert.Equal([65535, 0, 32776, 16], DeepImages.Values<ushort>(Decode("twelve.tif")));
    }

    [Fact]
    public void Decode_WhiteIsZero_IsInverted()
    {
        DeepImages.WriteTiff(
            folder["white.tif"], DeepImages.Bytes<ushort>([0, 1, 65535, 100]), 2, 2,
            tags: file => file.SetField(TiffTag.PHOTOMETRIC, Photometric.MINISWHITE));
        Assert.Equal([65535, 65534, 0, 65435], DeepImages.Values<ushort>(Decode("white.tif")));
    }

    [Fact]
    public void Decode_Palette_IsResolved()
    {
        ushort[] red = new ushort[256], green = new ushort[256], blue = new ushort[256];
        (red[7], green[7], blue[7], red[8]) = (65535, 257 * 9, 257 * 200, 257);
        DeepImages.WriteTiff(folder["palette.tif"], [7, 8, 0, 7], 2, 2, bits: 8, tags: file =>
        {
            file.SetField(TiffTag.PHOTOMETRIC, Photometric.PALETTE);
            file.SetField(TiffTag.COLORMAP, red, green, blue);
        });
        Image image = Decode("palette.tif");
        Assert.Equal((3, SampleType.UInt8), (image.Channels, image.Samples));
        Assert.Equal([255, 9, 200, 1, 0, 0, 0, 0, 0, 255, 9, 200], image.Pixels.ToArray());
    }

    [Theory]
    [InlineData(ExtraSample.UNASSALPHA, 3)]
    [InlineData(ExtraSample.ASSOCALPHA, 3)]
    [InlineData(ExtraSample.UNSPECIFIED, 4)]
    public void Decode_FourthSample_IsAlphaWhereTheFileSaysSo(ExtraSample kind, int channels)
    {
        DeepImages.WriteTiff(folder["four.tif"], [200, 100, 0, 51], 1, 1, 4, 8, tags: file =>
        {
            file.SetField(TiffTag.PHOTOMETRIC, Photometric.RGB);
            file.SetField(TiffTag.EXTRASAMPLES, 1, new[] { (short)kind });
        });
        Image image = Decode("four.tif");
        Assert.Equal(channels, image.Channels);
        byte[] expected = kind switch
        {
            ExtraSample.UNASSALPHA => [244, 224, 204], ExtraSample.ASSOCALPHA => [255, 255, 204], _ => [200, 100, 0, 51],
        };
        Assert.Equal(expected, image.Pixels.ToArray());
    }

    [Fact]
    public void Decode_Inks_BecomeRedGreenBlue()
    {
        DeepImages.WriteTiff(
            folder["ink.tif"], [0, 255, 255, 0, 255, 0, 0, 51], 1, 2, 4, 8,
            tags: file => file.SetField(TiffTag.PHOTOMETRIC, Photometric.SEPARATED));
        Assert.Equal([255, 0, 0, 0, 204, 204], Decode("ink.tif").Pixels.ToArray());
    }

    [Fact]
    public void Decode_Orientation_Turns()
    {
        string[] expected = ["123456", "321654", "654321", "456123", "142536", "415263", "635241", "362514"];
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            DeepImages.WriteTiff(
                folder["turned.tif"], [1, 2, 3, 4, 5, 6], 2, 3, bits: 8,
                tags: file => file.SetField(TiffTag.ORIENTATION, (Orientation)orientation));
            Image image = Decode("turned.tif");
            Assert.Equal(orientation >= 5 ? (3, 2) : (2, 3), (image.Height, image.Width));
            Assert.Equal((image.Height, image.Width), ImageDecoder.ReadSize(folder["turned.tif"]));
            Assert.Equal(expected[orientation - 1], string.Concat(image.Pixels.ToArray()));
        }
    }

    [Theory]
    [InlineData("", 1, 2)]
    [InlineData("ImageJ=1.53\nimages=3\nchannels=3\nmode=grayscale\n", 3, 0)]
    [InlineData("ImageJ=1.53\nimages=3\nslices=3\n", 1, 2)]
    [InlineData("<?xml version=\"1.0\"?><OME><Pixels SizeC=\"3\" SizeT=\"1\" SizeZ=\"1\"/></OME>", 3, 0)]
    [InlineData("<?xml version=\"1.0\"?><OME><Pixels SizeC=\"1\" SizeT=\"3\" SizeZ=\"1\"/></OME>", 1, 2)]
    public void Decode_Pages_AreChannelsWhereTheFileSaysSo(string description, int channels, int more)
    {
        ushort[][] pages = [.. Enumerable.Range(1, 3).Select(seed => DeepImages.Noise(Height * Width, (ulong)seed))];
        foreach (ushort[] page in pages)
        {
            DeepImages.WriteTiff(
                folder["pages.tif"], DeepImages.Bytes(page), Height, Width, mode: page == pages[0] ? "w" : "a",
                tags: file => file.SetField(TiffTag.IMAGEDESCRIPTION, description));
        }

        DecodedFile decoded = ImageDecoder.Decode(folder["pages.tif"], 1000);
        Assert.Equal((channels, more), (decoded.Image.Channels, decoded.MorePages));
        Assert.Equal(
            Enumerable.Range(0, Height * Width).SelectMany(i => pages.Take(channels).Select(page => page[i])),
            DeepImages.Values<ushort>(decoded.Image));
    }

    [Fact]
    public void Open_SeveralPages_SaysSo()
    {
        for (int i = 0; i < 8; i++)
        {
            DeepImages.WriteTiff(folder[$"{i}.tif"], DeepImages.Bytes(DeepImages.Noise(256, (ulong)i)), 16, 16);
            DeepImages.WriteTiff(folder[$"{i}.tif"], DeepImages.Bytes(DeepImages.Noise(256, (ulong)i + 50)), 16, 16, mode: "a");
        }

        foreach (string? cache in (string?[])[null, folder["cache.pack"], folder["cache.pack"]])
        {
            DataSplits splits = DataSources.Open(new DataOptions { Data = folder.Root, Cache = cache }, 1);
            Assert.Contains(splits.Notices, notice => notice.Contains("8 of 8 files hold more than one image", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Decode_DamagedFiles_AreRefusedWithoutAWordToTheConsole()
    {
        DeepImages.WriteTiff(folder["whole.tif"], DeepImages.Bytes(DeepImages.Noise(Height * Width * 3)), Height, Width, 3);
        byte[] whole = File.ReadAllBytes(folder["whole.tif"]);
        using var said = new StringWriter();
        TextWriter error = Console.Error, output = Console.Out;
        try
        {
            Console.SetError(said);
            Console.SetOut(said);
            foreach (double share in (double[])[0.01, 0.1, 0.4, 0.7, 0.95])
                Assert.Throws<DataException>(() => ImageDecoder.Decode(folder.Write("cut.tif", whole[..(int)(whole.Length * share)]), 1000));
            var random = new Random(5);
            for (int i = 0; i < 60; i++)
            {
                byte[] changed = [.. whole];
                for (int k = 0; k < 4; k++)
                    changed[i % 2 == 0 ? changed.Length - 1 - random.Next(260) : random.Next(changed.Length)] = (byte)random.Next(256);
                try
                {
                    ImageDecoder.Decode(folder.Write("changed.tif", changed), 1000);
                }
                catch (DataException)
                {
                    // refused
                }
            }
        }
        finally
        {
            Console.SetError(error);
            Console.SetOut(output);
        }

        Assert.DoesNotContain("tif", said.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>An empty row of a fax takes a bit: a page of A4 is some hundred bytes, and a file of as many may not promise a field of them.</summary>
    [Fact]
    public void Decode_EmptyFaxPage_IsReadAndOneThatPromisesMoreIsRefused()
    {
        const int Rows = 3508, Dots = 2480;
        string path = folder["fax.tif"];
        DeepImages.WriteTiff(path, new byte[Rows * Dots / 8], Rows, Dots, bits: 1, tags: file =>
        {
            file.SetField(TiffTag.COMPRESSION, Compression.CCITTFAX4);
            file.SetField(TiffTag.ROWSPERSTRIP, Rows);
        });
        byte[] page = File.ReadAllBytes(path);
        Assert.InRange(page.Length, 1, 1000);
        Assert.Equal((Rows, Dots), ImageDecoder.Decode(path, 100).Stored);

        Promise(256, 3, 65_535);
        Promise(257, 4, 600_000);
        File.WriteAllBytes(path, page);
        Assert.Contains(
            "more than a file of its length can hold", Assert.Throws<DataException>(() => ImageDecoder.Decode(path, 100)).Message,
            StringComparison.Ordinal);

        void Promise(ushort tag, byte type, int value)
        {
            int at = page.AsSpan().IndexOf((ReadOnlySpan<byte>)[(byte)tag, (byte)(tag >> 8), 3, 0, 1, 0, 0, 0]);
            Assert.True(at > 0);
            page[at + 2] = type;
            BitConverter.TryWriteBytes(page.AsSpan(at + 8), value);
        }
    }

    [Fact]
    public void Decode_RawPhoto_IsNamed()
    {
        byte[] canon = [(byte)'I', (byte)'I', 42, 0, 16, 0, 0, 0, (byte)'C', (byte)'R', 2, 0, 0, 0, 0, 0, 0, 0];
        Assert.Contains("raw photo", Assert.Throws<DataException>(() => ImageDecoder.Decode(folder.Write("a.cr2", canon), 9)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_PgmAndPpm_GiveTheirLevels()
    {
        byte[] deep = [.. "P5\n# a comment\n2 2 65535\n"u8, 0, 1, 255, 255, 128, 0, 0, 0];
        Assert.Equal([1, 65535, 32768, 0], DeepImages.Values<ushort>(ImageDecoder.Decode(folder.Write("a.pgm", deep), 9).Image));
        byte[] text = [.. "P3 2 1 15 15 0 3 0 5 15\n"u8];
        Assert.Equal([255, 0, 51, 0, 85, 255], ImageDecoder.Decode(folder.Write("a.ppm", text), 9).Image.Pixels.ToArray());
        Assert.Throws<DataException>(() => ImageDecoder.Decode(folder.Write("cut.pgm", deep[..^1]), 9));
    }

    private Image Decode(string name) => ImageDecoder.Decode(folder[name], 1000).Image;
}
