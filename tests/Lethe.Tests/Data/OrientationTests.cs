using Lethe.Data;
using SkiaSharp;

namespace Lethe.Tests.Data;

public sealed class OrientationTests : IDisposable
{
    // For each orientation how a camera held that way stores the scene: top left red, top right green, bottom left blue, bottom right
    // black.
    private static readonly string[] stored = ["RG/BK", "GR/KB", "KB/GR", "BK/RG", "RB/GK", "GK/RB", "KG/BR", "BR/KG"];

    private readonly TempFolder folder = new();

    public static TheoryData<string, int> Containers8
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string container in (string[])["jpeg", "late jpeg", "png", "late png", "webp"])
            {
                for (int orientation = 1; orientation <= 8; orientation++)
                    data.Add(container, orientation);
            }

            return data;
        }
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Containers8))]
    public void Decode_OrientationInAnyContainer_TurnsTheSceneUpright(string container, int orientation)
    {
        SKEncodedImageFormat format = container switch
        {
            "webp" => SKEncodedImageFormat.Webp, "png" or "late png" => SKEncodedImageFormat.Png, _ => SKEncodedImageFormat.Jpeg,
        };
        byte[] exif = Containers.Exif(orientation, little: orientation % 2 == 0, type: orientation is 3 or 6 ? 4 : orientation == 8 ? 1 : 3);
        (int height, int width) = orientation >= 5 ? (64, 32) : (32, 64);
        byte[] plain = TempFolder.Encode(format, height, width, (y, x) => Corner(stored[orientation - 1].Split('/'), y, x, height, width), quality: 90);
        byte[] segment = [0xFF, 0xE1, 0, (byte)(exif.Length + 8), .. "Exif\0\0"u8, .. exif];
        byte[] profile = [0xFF, 0xE2, 0xFF, 0xFF, .. new byte[65533]];
        string path = folder.Write("turned", container switch
        {
            "jpeg" => [.. plain[..2], .. segment, .. plain[2..]],
            "late jpeg" => [.. plain[..2], .. profile, .. profile, .. profile, .. profile, .. profile, .. segment, .. plain[2..]],
            "webp" => Containers.WithExif(plain, height, width, exif),
            _ => Containers.WithChunk(plain, "eXIf"u8, exif, behindPixels: container == "late png"),
        });

        Assert.Equal((32, 64), ImageDecoder.ReadSize(path));
        Image image = ImageDecoder.Decode(path, 1000, 3).Image;
        Assert.Equal((32, 64), (image.Height, image.Width));
        AssertNear(image, 4, 4, SKColors.Red);
        AssertNear(image, 4, 59, SKColors.Lime);
        AssertNear(image, 27, 4, SKColors.Blue);
        AssertNear(image, 27, 59, SKColors.Black);
    }

    [Fact]
    public void Decode_DamagedExif_LeavesTheImageAsItIs()
    {
        byte[] png = TempFolder.Encode(SKEncodedImageFormat.Png, 2, 3, (y, x) => new SKColor((byte)y, (byte)x, 9));
        byte[] exif = Containers.Exif(6);
        for (int length = 0; length < exif.Length - 6; length++)
            Assert.Equal((2, 3), ImageDecoder.ReadSize(folder.Write("damaged", Containers.WithChunk(png, "eXIf"u8, exif.AsSpan(0, length), false))));
        foreach (int orientation in (int[])[0, 9, 255])
            Assert.Equal((2, 3), ImageDecoder.ReadSize(
                folder.Write("damaged", Containers.WithChunk(png, "eXIf"u8, Containers.Exif(orientation), true))));
    }

    private static SKColor Corner(string[] rows, int y, int x, int height, int width) => rows[y * 2 / height][x * 2 / width] switch
    {
        'R' => SKColors.Red, 'G' => SKColors.Lime, 'B' => SKColors.Blue, _ => SKColors.Black,
    };

    private static void AssertNear(Image image, int y, int x, SKColor colour)
    {
        ReadOnlySpan<byte> pixel = image.Pixels.Span.Slice(((y * image.Width) + x) * 3, 3);
        Assert.InRange(pixel[0], colour.Red - 12, colour.Red + 12);
        Assert.InRange(pixel[1], colour.Green - 12, colour.Green + 12);
        Assert.InRange(pixel[2], colour.Blue - 12, colour.Blue + 12);
    }
}
