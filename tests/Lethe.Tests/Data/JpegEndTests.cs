using Lethe.Data;
using Lethe.Data.Formats;
using Lethe.Runtime;
using SkiaSharp;

namespace Lethe.Tests.Data;

/// <summary>What follows the end of a JPEG does no harm; what is missing before it is noticed.</summary>
public sealed class JpegEndTests
{
    private static readonly byte[] endOfImage = [0xFF, 0xD9];

    public static TheoryData<string> Samples => [.. Files.Keys];

    private static Dictionary<string, byte[]> Files { get; } = new()
    {
        ["baseline"] = TempFolder.Encode(SKEncodedImageFormat.Jpeg, 45, 51, Colourful, quality: 80),
        ["grey"] = TempFolder.Encode(SKEncodedImageFormat.Jpeg, 32, 32, Colourful, SKColorType.Gray8, quality: 80),
        ["restarts"] = SampleFiles.Restarts,
        ["halved"] = SampleFiles.Halved,
        ["cmyk"] = SampleFiles.Cmyk,
        ["progressive"] = SampleFiles.Progressive,
        ["progressive grey"] = SampleFiles.ProgressiveGrey,
        ["progressive restarts"] = SampleFiles.ProgressiveRestarts,
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void Decode_CutAnywhere_IsRefusedUnlessNothingIsMissing(string name)
    {
        byte[] file = Files[name];
        byte[] whole = Decode(file).ToArray();
        int used = 0;
        for (int length = 3; length < file.Length; length++)
        {
            if (TryDecode(file[..length]) is not { } pixels)
                continue;
            Assert.True(pixels.SequenceEqual(whole), $"{length} of {file.Length} bytes are used and give other pixels");
            used++;
        }

        Assert.True(used >= 2, "without its end marker, whole or half, the image is there");
        Assert.True(used <= 6, $"{used} cuts are used");
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Decode_WhatFollowsTheEnd_ChangesNothing(string name)
    {
        byte[] file = Files[name];
        byte[] whole = Decode(file).ToArray();
        byte[] film = [0, 0, 0, 24, .. "ftypmp42"u8, .. Noise(300), .. endOfImage, 0xFF, 0xDA, 0, 8, .. Noise(300)];
        byte[] samsung = [0, 0, 0x30, 0x0A, 8, 0, 0, 0, .. "Image_UTC_Data"u8, .. Noise(40), .. "SEFH"u8, .. Noise(20), .. "SEFT"u8];
        byte[][] trailers =
        [
            film, samsung, file, file[..(file.Length / 2)], new byte[777], [0xFF, 0xFF, 0xFF], [0, 0, .. film], [13, 10],
            [.. "some words behind"u8], Noise(1000), [.. Noise(100), .. endOfImage],
        ];
        foreach (byte[] trailer in trailers)
        {
            Assert.True(Decode([.. file, .. trailer]).Span.SequenceEqual(whole), Convert.ToHexString(trailer[..Math.Min(8, trailer.Length)]));
            Assert.True(Decode([.. file[..^2], .. trailer]).Span.SequenceEqual(whole));
        }
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Decode_HalfAnImageBeforeOtherData_IsRefused(string name)
    {
        byte[] file = Files[name], second = Files["baseline"];
        var segments = new JpegSegments(file);
        while (segments.MoveNext() && segments.Marker != JpegSegments.StartOfScan)
        {
        }

        int pixels = segments.ScanStart;
        foreach (double share in new[] { 0.1, 0.3, 0.5, 0.7 })
        {
            byte[] half = file[..(pixels + (int)(share * (file.Length - pixels)))];
            Assert.Null(TryDecode([.. half, .. second]));
            if (name != "cmyk") // what is missing of it is so little that noise may fill it
                Assert.Null(TryDecode([.. half, .. Noise(500), .. endOfImage, .. Noise(100)]));
            Assert.Null(TryDecode([.. half, .. new byte[500]]));
            if (!name.StartsWith("progressive", StringComparison.Ordinal))
                Assert.Null(TryDecode([.. half, .. endOfImage]));
        }
    }

    [Fact]
    public void Decode_GreyToTheLastPixel_IsUsed()
    {
        byte[] grey = TempFolder.Encode(SKEncodedImageFormat.Jpeg, 24, 24, (_, _) => new SKColor(128, 128, 128));
        Assert.Equal(128, Decode(grey).Span[^1]);
    }

    [Fact]
    public void Decode_ThumbnailWithin_IsNotTakenForTheImage()
    {
        byte[] file = Files["baseline"], thumbnail = Files["grey"];
        byte[] within = [.. file[..2], 0xFF, 0xE1, (byte)((thumbnail.Length + 2) >> 8), (byte)(thumbnail.Length + 2), .. thumbnail, .. file[2..]];
        Assert.True(Decode(within).Span.SequenceEqual(Decode(file).Span));
        Assert.Null(TryDecode(within[..(thumbnail.Length + 800)]));
    }

    /// <summary>A file whose end marker stands too early, and one of which a part was never written.</summary>
    [Fact]
    public void Decode_DamagedInTheMiddle_IsRefused()
    {
        byte[] progressive = Files["progressive"], usual = SampleFiles.UsualTables;
        Assert.NotNull(TryDecode(usual));
        Assert.Null(TryDecode([.. progressive[..(progressive.Length * 3 / 4)], .. endOfImage]));
        Assert.Null(TryDecode([.. usual[..(usual.Length * 3 / 4)], .. endOfImage]));
        byte[] hole = [.. usual];
        hole.AsSpan(hole.Length * 3 / 4, 100).Clear();
        Assert.Null(TryDecode(hole));
    }

    private static SKColor Colourful(int y, int x) => new((byte)(x * 5), (byte)(y * 5), (byte)(x * y));

    private static byte[] Noise(int length)
    {
        byte[] bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        return bytes;
    }

    private static ReadOnlyMemory<byte> Decode(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return ImageDecoder.Decode(stream, 1000, 0).Image.Pixels;
    }

    private static byte[]? TryDecode(byte[] bytes)
    {
        try
        {
            return Decode(bytes).ToArray();
        }
        catch (DataException)
        {
            return null;
        }
    }
}
