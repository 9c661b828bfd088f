using Lethe.Data;
using Lethe.Numerics;
using SkiaSharp;

namespace Lethe.Tests.Data;

public sealed class DataCheckTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_PlantedDuplicates_AreFoundAndNothingElse()
    {
        for (int i = 0; i < 120; i++)
        {
            SKBitmap scene = Scene(i, 40);
            Write($"{i:000}.png", scene, SKEncodedImageFormat.Png, 100);
            if (i % 6 == 0)
                File.Copy(folder[$"{i:000}.png"], folder[$"{i:000}-copy.png"]);
            if (i % 6 == 1)
                Write($"{i:000}-copy.jpg", scene, SKEncodedImageFormat.Jpeg, 50 + (i % 40));
            if (i % 6 == 2)
                Write($"{i:000}-copy.png", Resized(scene, 33 + (i % 7)), SKEncodedImageFormat.Png, 100);
            if (i % 6 == 3)
                Write($"{i:000}-copy.jpg", Brighter(scene, i % 2 == 0 ? 0.95f : 1.05f), SKEncodedImageFormat.Jpeg, 80);
        }

        DataCheckResult found = DataCheck.Run(new DataOptions { Data = folder.Root });
        Assert.Equal(200, found.Images.Count);
        Assert.All(found.Groups, group => Assert.Single(group.Members.Select(member => member.Name[..3]).Distinct()));
        Assert.Equal(20, found.Groups.Count(group => group.AreEqual));
        Assert.Equal(80, found.Groups.Count);
    }

    [Fact]
    public void Run_FlatImages_AreEqualByContentOnly()
    {
        var noise = new Random(1);
        for (int i = 0; i < 30; i++)
        {
            folder.Write($"{i:00}.png", TempFolder.Encode(
                SKEncodedImageFormat.Png, 24, 24, (_, _) => new SKColor((byte)(128 + noise.Next(3)), 128, 128)));
        }

        folder.Write("same.png", File.ReadAllBytes(folder["07.png"]));
        DuplicateGroup group = Assert.Single(DataCheck.Run(new DataOptions { Data = folder.Root }).Groups);
        Assert.Equal(["07.png", "same.png"], group.Members.Select(member => member.Name));
    }

    [Fact]
    public void Run_SameShapeInOtherColours_IsAnotherImage()
    {
        for (int i = 0; i < 8; i++)
        {
            int hue = 45 * i;
            folder.Write($"{i}.png", TempFolder.Encode(SKEncodedImageFormat.Png, 32, 32, (y, x) =>
                ((x - 16) * (x - 16)) + ((y - 16) * (y - 16)) < 80 ? SKColor.FromHsl(hue, 90, 50) : new SKColor(9, 9, 9)));
        }

        Assert.Empty(DataCheck.Run(new DataOptions { Data = folder.Root }).Groups);
    }

    [Fact]
    public void Run_AllThatCanBeAmiss_IsCountedAndSaid()
    {
        for (int i = 0; i < 12; i++)
        {
            Write($"train/a/{i}.png", Scene(i, 32), SKEncodedImageFormat.Png, 100);
            Write($"train/b/{i}.png", Scene(100 + i, 32), SKEncodedImageFormat.Png, 100);
            Write($"test/a/{i}.png", Scene(200 + i, 32), SKEncodedImageFormat.Png, 100);
            Write($"test/b/{i}.png", Scene(300 + i, 32), SKEncodedImageFormat.Png, 100);
        }

        File.Copy(folder["train/a/1.png"], folder["test/a/leak.png"]);
        File.Copy(folder["train/a/2.png"], folder["train/b/other-label.png"]);
        Write("train/a/tiny.png", Scene(400, 8), SKEncodedImageFormat.Png, 100);
        folder.Write(
            "train/a/long.png",
            TempFolder.Encode(SKEncodedImageFormat.Png, 20, 100, (y, x) => new SKColor((byte)(2 * x), (byte)y, 0)));
        folder.Write("train/a/one.png", TempFolder.Encode(SKEncodedImageFormat.Png, 20, 20, (_, _) => new SKColor(40, 2, 3)));
        folder.Write("train/a/broken.png", 1, 2, 3);
        folder.Write("train/notes.txt", 1);
        DataCheckResult found = DataCheck.Run(new DataOptions { Data = folder.Root });
        Assert.Equal(
            [("are of one colour", 1, "train/a/one.png"), ("have a side of less than 16 pixels", 1, "train/a/tiny.png"),
                ("are more than three times as long as wide, or the reverse", 1, "train/a/long.png")],
            found.Peculiar);
        Assert.Equal("train/a/broken.png", Assert.Single(found.Unreadable).Example);
        Assert.Contains("files ending in .txt", string.Join(' ', found.Notices), StringComparison.Ordinal);
        Assert.Equal(2, found.Groups.Count);
        Assert.True(found.Groups[0].CrossesTest && found.Groups[0].AreEqual);
        Assert.True(found.Groups[1].Disagrees);
        Assert.StartsWith($"{DataNotice.Void}: 1 of 25 test images are equal", found.Warnings[0], StringComparison.Ordinal);
        Assert.Contains("1 groups of equal images have different labels.", found.Warnings);
        Assert.Equal(
            found.Warnings[0], DataSources.Open(new DataOptions { Data = folder.Root }, 1).Notices[^1]);
    }

    [Fact]
    public void Open_DuplicatesNear_KeepsThemInOnePart()
    {
        for (int i = 0; i < 60; i++)
        {
            Write($"{i:00}.png", Scene(i, 40), SKEncodedImageFormat.Png, 100);
            Write($"{i:00}-again.jpg", Scene(i, 40), SKEncodedImageFormat.Jpeg, 70);
        }

        DataSplits splits = DataSources.Open(new DataOptions { Data = folder.Root, Duplicates = DuplicateRule.Near }, 1);
        Assert.Empty(splits.Train.Paths!.Select(path => path[..2]).Intersect(splits.Test.Paths!.Select(path => path[..2])));
        Assert.DoesNotContain(DataNotice.Void, string.Join(' ', splits.Notices), StringComparison.Ordinal);
        Assert.Contains(
            DataNotice.Void, string.Join(' ', DataSources.Open(new DataOptions { Data = folder.Root }, 1).Notices),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16, 16)]
    [InlineData(7, 40)]
    [InlineData(300, 200)]
    public void Descriptors_OfAnySize_SeeTheSameInTwiceTheSize(int height, int width)
    {
        var descriptors = new ImageDescriptors(3);
        descriptors.Set(0, Wave(height, width, 0));
        descriptors.Set(1, Wave(2 * height, 2 * width, 0));
        descriptors.Set(2, Wave(height, width, 2));
        var joined = new DisjointSets(3);
        descriptors.Join(joined, [0, 1, 2], TestContext.Current.CancellationToken);
        Assert.Equal([0, 0, 2], Enumerable.Range(0, 3).Select(joined.Find));
    }

    /// <summary>Twelve bits in sixteen are dark; what an image has of its range counts.</summary>
    [Fact]
    public void Descriptors_OfDeepSamples_SeeWhatLiesInAPartOfTheirRange()
    {
        Image[] images = [Deep(0, 1), Deep(0, 2), Deep(2, 1)];
        var descriptors = new ImageDescriptors(images.Length);
        for (int i = 0; i < images.Length; i++)
            descriptors.Set(i, images[i]);
        var joined = new DisjointSets(images.Length);
        descriptors.Join(joined, [0, 1, 2], TestContext.Current.CancellationToken);
        Assert.Equal([0, 0, 2], Enumerable.Range(0, images.Length).Select(joined.Find));
        Assert.Equal((SampleType.UInt16, true), (images[0].Samples, ImageFacts.Of(images[0], (40, 40), "").High < 4096));

        static Image Deep(double phase, int noise)
        {
            ReadOnlySpan<byte> wave = Wave(40, 40, phase).Pixels.Span;
            ushort[] levels = new ushort[wave.Length];
            for (int i = 0; i < levels.Length; i++)
                levels[i] = (ushort)((15 * wave[i]) + (i * noise % 7));
            return DeepImages.Image16(levels, 40, 40, 1);
        }
    }

    private static Image Wave(int height, int width, double phase)
    {
        byte[] pixels = new byte[height * width];
        for (int i = 0; i < pixels.Length; i++)
        {
            double y = ((i / width) + 0.5) / height, x = ((i % width) + 0.5) / width;
            pixels[i] = (byte)(128 + (60 * Math.Sin((6 * x) + phase)) + (40 * Math.Cos((5 * y) - phase)));
        }

        return new Image(pixels, height, width, 1);
    }

    // Soft spots of random places and colours: what photographs have in common with each other and no two alike.
    private static SKBitmap Scene(int seed, int size)
    {
        var random = new RandomStream(RandomStream.Derive(77, (ulong)seed));
        var bitmap = new SKBitmap(size, size);
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(Colour(ref random));
        for (int spot = 0; spot < 9; spot++)
        {
            using var paint = new SKPaint { Color = Colour(ref random), IsAntialias = true };
            canvas.DrawCircle(
                size * (float)random.NextDouble(), size * (float)random.NextDouble(), size * (float)random.NextDouble(0.05, 0.3), paint);
        }

        return bitmap;
    }

    private static SKColor Colour(ref RandomStream random) =>
        new((byte)(256 * random.NextDouble()), (byte)(256 * random.NextDouble()), (byte)(256 * random.NextDouble()));

    private static SKBitmap Resized(SKBitmap from, int size) =>
        from.Resize(new SKSizeI(size, size), new SKSamplingOptions(SKCubicResampler.Mitchell));

    private static SKBitmap Brighter(SKBitmap from, float gain)
    {
        SKBitmap to = from.Copy();
        to.Pixels = [.. from.Pixels.Select(c => new SKColor(Times(c.Red), Times(c.Green), Times(c.Blue)))];
        return to;

        byte Times(byte value) => (byte)Math.Min(255, gain * value);
    }

    private void Write(string name, SKBitmap bitmap, SKEncodedImageFormat format, int quality)
    {
        using SKData data = bitmap.Encode(format, quality);
        folder.Write(name, data.ToArray());
    }
}
