using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Onnx;
using Lethe.Recognition;
using Lethe.Runtime;
using Lethe.Tests.Data;
using SkiaSharp;

namespace Lethe.Tests.Onnx;

public sealed class OnnxEncoderTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(3, 16, "bilinear")]
    [InlineData(3, 33, "bicubic")]
    [InlineData(1, 20, "bilinear")]
    public void Embed_AFolder_SeesThePixelsOfTrainingBitForBit(int channels, int size, string interpolation)
    {
        Photos();
        TinyOnnx.Write(
            folder["e.onnx"], channels, size, description: TinyOnnx.Description(channels, size, $",\"interpolation\":\"{interpolation}\""));
        using OnnxEncoder encoder = OnnxEncoder.Load(folder["e.onnx"], "layer1", threads: 2);
        ImageEmbeddings found = encoder.EmbedFolder(folder["photos"]);
        float[,] expected = Pixels(channels, size, interpolation);
        Assert.Equal(["a/grey.png", "a/large.jpg", "b/clear.png", "b/tall.png"], found.Paths);
        Assert.Equal(expected, found.Rows);
        Assert.Equal(channels * size * size, encoder.Dimension);
        Assert.InRange(found.Rows.Cast<float>().Max(), 0.5f, 1.0001f);

        // The same by every other way.
        Assert.Equal(expected, encoder.Embed(folder["photos"], TestContext.Current.CancellationToken));
        Assert.Equal(expected, encoder.Embed(ImageFiles.ReadAll(folder["photos"], size, channels).Images));
        for (int i = 0; i < found.Count; i++)
        {
            using FileStream stream = File.OpenRead(folder[$"photos/{found.Paths[i]}"]);
            Assert.Equal(Row(expected, i), encoder.Embed(stream));
            stream.Position = 0;
            Assert.Equal(Row(expected, i), encoder.Pixels(stream));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1)]
    public void Embed_IntoAGraphOfBytes_RoundsThePixels(int channels)
    {
        const int Size = 24;
        Photos();
        TinyOnnx.Write(folder["e.onnx"], channels, Size, bytes: true);
        using OnnxEncoder encoder = OnnxEncoder.Load(folder["e.onnx"], "layer1");
        float[,] expected = Pixels(channels, Size, "bilinear"), found = encoder.Embed(folder["photos"]);
        Assert.All(found.Cast<float>(), value => Assert.Equal(Math.Round(value), value));
        Assert.All(expected.Cast<float>().Zip(found.Cast<float>()), pair => Assert.InRange((pair.First * 255) - pair.Second, -0.501f, 0.501f));
    }

    [Fact]
    public void Embed_FromManyThreadsAtOnce_GivesTheSameBits()
    {
        Photos();
        TinyOnnx.Write(folder["e.onnx"], 3, 32);
        using OnnxEncoder encoder = OnnxEncoder.Load(folder["e.onnx"], threads: 2);
        float[,] expected = encoder.Embed(folder["photos"]);
        byte[][] files = [.. encoder.EmbedFolder(folder["photos"]).Paths.Select(path => File.ReadAllBytes(folder[$"photos/{path}"]))];
        ImageSet images = ImageFiles.ReadAll(folder["photos"], 32, 3).Images;
        int calls = 0;
        Thread[] threads =
        [
            .. Enumerable.Range(0, 8).Select(thread => new Thread(() =>
            {
                for (int i = 0; i < 40; i++)
                {
                    int file = (thread + i) % files.Length;
                    bool same = thread % 2 == 0
                        ? encoder.Embed(new MemoryStream(files[file])).AsSpan().SequenceEqual(Row(expected, file))
                        : encoder.Embed(images).Cast<float>().SequenceEqual(expected.Cast<float>());
                    if (same)
                        Interlocked.Increment(ref calls);
                }
            })),
        ];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Assert.Equal(8 * 40, calls);
    }

    [Fact]
    public void Embed_MoreImagesThanABatch_AreAllThereInOrder()
    {
        TinyOnnx.Write(folder["e.onnx"], 1, 16);
        using OnnxEncoder encoder = OnnxEncoder.Load(folder["e.onnx"]);
        var images = new ImageSet("shades", [.. Enumerable.Range(0, 150).Select(i => new Image(Enumerable.Repeat((byte)i, 256).ToArray(), 16, 16, 1))]);
        var done = new List<int>();
        float[,] rows = encoder.Embed(images, new Told(done), TestContext.Current.CancellationToken);
        Assert.All(Enumerable.Range(0, 150), i => Assert.Equal(i / 255f, rows[i, 0], 1e-5f));
        Assert.Equal([64, 128, 150], done);
        Assert.Empty(encoder.Embed(new ImageSet("none", [])));
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => encoder.Embed(images, null, cancelled.Token));
    }

    [Fact]
    public void EmbedFolder_BadFiles_AreSkippedAsFarAsAllowed()
    {
        Photos();
        folder.Write("photos/a/broken.png", 1, 2, 3);
        TinyOnnx.Write(folder["e.onnx"], 3, 16);
        using OnnxEncoder encoder = OnnxEncoder.Load(folder["e.onnx"]);
        Assert.Contains("broken.png", Assert.Throws<DataException>(() => encoder.EmbedFolder(folder["photos"])).Message, StringComparison.Ordinal);
        ImageEmbeddings found = encoder.EmbedFolder(folder["photos"], maxBadFiles: 1);
        Assert.Equal(4, found.Count);
        Assert.Contains("broken.png", Assert.Single(found.SkippedFiles), StringComparison.Ordinal);
        Assert.Throws<InvalidOptionException>(() => encoder.EmbedFolder(folder["nowhere"]));
    }

    [Fact]
    public void ReadParts_AFolder_IsThatOfReadAllInParts()
    {
        Photos();
        folder.Write("photos/z.png", 1);
        (ImageSet whole, IReadOnlyList<string> bad) = ImageFiles.ReadAll(folder["photos"], 16, 3, maxBadFiles: 1);
        (ImageSet Images, IReadOnlyList<string> Bad)[] parts = [.. ImageFiles.ReadParts(folder["photos"], 16, 3, 1, 2, default)];
        Assert.Equal([2, 2, 0], parts.Select(part => part.Images.Count));
        Assert.Equal(whole.Paths, parts.SelectMany(part => part.Images.Paths!));
        Assert.Equal(bad, parts.SelectMany(part => part.Bad));
        Assert.Throws<DataException>(() => ImageFiles.ReadParts(folder["photos"], 16, 3, 0, 2, default).ToArray());
        File.Delete(folder["photos/z.png"]);
        foreach (string path in whole.Paths!)
            folder.Write($"photos/{path}", 7);
        Assert.Contains(
            "None of 4", Assert.Throws<DataException>(() => ImageFiles.ReadParts(folder["photos"], 16, 3, 9, 2, default).ToArray()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AnExportedEncoder_TellsWhatItIs()
    {
        TinyOnnx.Write(folder["e.onnx"], 1, 16, embedding: "layer4");
        using OnnxEncoder encoder = OnnxEncoder.Load(folder["e.onnx"]);
        Assert.Equal(("layer4", 2, 16, 1), (encoder.Output, encoder.Dimension, encoder.ImageSize, encoder.Channels));
        Assert.Equal(["layer1", "layer4"], encoder.Outputs);
        EncoderDescription description = encoder.Description;
        Assert.Equal(
            ("resnet18", 16, "small", "simclr", 12.5, "umm", "abc", "CC0", "bilinear"),
            (description.Backbone, description.Width, description.Stem, description.Method, description.Epoch, description.Stage,
                description.Fingerprint, description.Licence, description.Interpolation));
        Assert.Equal([0.5f], description.Mean!);
        Assert.Equal([0.25f], description.StandardDeviation!);
        Assert.Empty(description.Classes);
    }

    [Fact]
    public void Load_WhatIsNoEncoder_SaysWhy()
    {
        string path = folder["e.onnx"];
        Says("is missing");
        File.WriteAllText(path, "no graph");
        Says("cannot be loaded");
        TinyOnnx.Write(path, 3, 16, description: null);
        Says("no entry lethe.encoder");
        TinyOnnx.Write(path, 3, 16, description: "{");
        Says("cannot be used");
        TinyOnnx.Write(path, 3, 16, description: "null");
        Says("it is null");
        TinyOnnx.Write(path, 3, 16, description: TinyOnnx.Description(17, 16));
        Says("channels are 17");
        TinyOnnx.Write(path, 3, 16, description: TinyOnnx.Description(3, 8));
        Says("imageSize is 8");
        TinyOnnx.Write(path, 3, 16, description: TinyOnnx.Description(3, 16, ",\"interpolation\":\"nearest\""));
        Says("'nearest'");
        TinyOnnx.Write(path, 3, 16, description: TinyOnnx.Description(3, 32));
        Says("its input is Float [-1, 3, 16, 16], expected Float [-1, 3, 32, 32]");
        TinyOnnx.Write(path, 3, 16);
        Assert.Contains(
            "embedding", Assert.Throws<InvalidOptionException>(() => OnnxEncoder.Load(path, "layer9")).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOptionException>(() => OnnxEncoder.Load(path, threads: -1));

        void Says(string expected) =>
            Assert.Contains(expected, Assert.Throws<DataException>(() => OnnxEncoder.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Embed_WhatIsNoImage_SaysWhy()
    {
        TinyOnnx.Write(folder["e.onnx"], 3, 16);
        OnnxEncoder encoder = OnnxEncoder.Load(folder["e.onnx"]);
        Assert.Contains(
            "The image cannot be read: not a JPEG", Assert.Throws<DataException>(() => encoder.Embed(new MemoryStream([1, 2, 3]))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "empty", Assert.Throws<DataException>(() => encoder.Embed(new MemoryStream())).Message, StringComparison.Ordinal);
        encoder.Dispose();
        Assert.Throws<ObjectDisposedException>(() => encoder.Embed(new MemoryStream([1, 2, 3])));
        Assert.Throws<ObjectDisposedException>(() => encoder.EmbedFolder(folder.Root));
    }

    private void Photos()
    {
        static SKColor Wave(int x, int y) => new((byte)(127 + (120 * Math.Sin(x / 3.0))), (byte)(y * 2), (byte)((x * y) % 251), 255);
        folder.Write("photos/a/large.jpg", TempFolder.Encode(SKEncodedImageFormat.Jpeg, 120, 90, Wave, quality: 90));
        folder.Write("photos/b/tall.png", TempFolder.Encode(SKEncodedImageFormat.Png, 70, 31, Wave));
        folder.Write("photos/b/clear.png", TempFolder.Encode(SKEncodedImageFormat.Png, 16, 16, (x, y) => Wave(x, y).WithAlpha((byte)(x * 15))));
        folder.Write(
            "photos/a/grey.png", TempFolder.Encode(SKEncodedImageFormat.Png, 20, 44, (x, y) => new SKColor((byte)(x * 5), (byte)(x * 5), (byte)(x * 5))));
    }

    // What Lethe's own pipeline gives with mean 0 and deviation 1, channels apart.
    private float[,] Pixels(int channels, int size, string interpolation)
    {
        ImageSet images = ImageFiles.ReadAll(folder["photos"], size, channels).Images;
        var augmenter = new ViewAugmenter(
            new AugmentationOptions { Interpolation = interpolation }, size, channels,
            new ChannelStatistics(new float[channels], [.. Enumerable.Repeat(1f, channels)]));
        var rows = new float[images.Count, augmenter.Length];
        float[] view = new float[augmenter.Length];
        for (int i = 0; i < images.Count; i++)
        {
            augmenter.RenderPlain(images[i], view);
            for (int j = 0; j < view.Length; j++)
                rows[i, ((j % channels) * size * size) + (j / channels)] = view[j];
        }

        return rows;
    }

    private static float[] Row(float[,] rows, int index) => [.. Enumerable.Range(0, rows.GetLength(1)).Select(j => rows[index, j])];

    private sealed class Told(List<int> done) : IProgress<int>
    {
        public void Report(int value) => done.Add(value);
    }
}
