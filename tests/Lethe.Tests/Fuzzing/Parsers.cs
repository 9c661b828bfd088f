using System.Buffers.Binary;
using System.CommandLine;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using Lethe.Cli;
using Lethe.Data;
using Lethe.Interchange;
using Lethe.Recognition;
using Lethe.Runs;
using Lethe.Storage;
using Lethe.Storage.Weights;
using Lethe.Tests.Data;
using Lethe.Tests.Interchange;
using Lethe.Tests.Recognition;
using Lethe.Tests.Results;
using Lethe.Tests.Storage.Weights;
using SkiaSharp;
using static TorchSharp.torch;

namespace Lethe.Tests.Fuzzing;

/// <summary>Every reader of files that strangers may give, by name. The files that they begin with are written here, or are fixtures.</summary>
internal static class Parsers
{
    // A megapixel that is decoded to four bytes and again to three, turned and reduced; the same of 16 bits and of floating point.
    private const int Megapixels = 1;
    private const long PixelBytes = 48L << 20;

    private static readonly FolderSource listed = new("images", "images", ["a/0.png", "a/1.png", "b/2.png"], null, 0, null, null);

    private static readonly string[] weights =
        ["tiny.pth", "tiny-protocol4.pth", "tiny-stream.pth", "tiny.tar", "tiny.onnx", "safetensors", "pickle"];

    private static readonly string[] images =
        ["png", "deep png", "jpeg", "progressive jpeg", "restarts", "cmyk jpeg", "webp", "gif", "bmp", "tiff", "deep tiff", "netpbm", "npy image"];

    /// <summary>The names of all.</summary>
    public static IEnumerable<string> Names =>
    [
        .. weights, "names of an encoder", "graph of an encoder", "npy", "idx", "idx.gz", "labels", "cifar", "yaml", "run.json",
        "evaluation.json", "metrics.jsonl", "pulse.json", "classifier", "table", .. images,
    ];

    /// <summary>The reader of a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="folder">A folder of its own, to which it may write.</param>
    public static Parser Of(string name, string folder) => name switch
    {
        "names of an encoder" or "graph of an encoder" => new(name, ReadEncoder, [Encoder(name)]) { Large = true },
        _ when weights.Contains(name) => new(name, ReadWeights, [Weights(name, folder)])
        {
            Wrap = name == "pickle" ? bytes => TorchBytes.Zip(("a/data.pkl", bytes), ("a/data/0", new byte[96])) : bytes => bytes,
        },
        _ when images.Contains(name) => new(name, ReadImage, Images(name))
        {
            More = PixelBytes,
        },
        "npy" => new(name, path => Managed(() => NpyFile.Read(path)), [Npy([30, 4])]),
        "idx" => new(name, path => Managed(() => IdxFile.ReadImages(path)), [Idx()]),

        // What is gzip may hold a hundred times its length.
        "idx.gz" => new(name, path => Managed(() => IdxFile.ReadImages(path)), [Gzip(Idx())]) { FileName = "f.gz", Times = 100 },
        "labels" => new(
            name, path => Managed(() => IdxFile.ReadLabels(path, 300, "images")), [[0, 0, 8, 1, .. BigEndian(300), .. new byte[300]]]),
        "cifar" => new(name, path => Managed(() => CifarLayout.Open(Path.GetDirectoryName(path)!)), [new byte[3073 * 3]])
        {
            FileName = "data_batch_1.bin",
        },
        "yaml" => new(name, Settings(), [Encoding.UTF8.GetBytes("# options\nepochs: 100\nmethod: simclr\n\"batch-size\": 64\ndata: [a, b]\n")]),
        "run.json" => new(name, path => Managed(() => RunFiles.ReadManifest(path)), [OfRun(name, folder)]),
        "evaluation.json" => new(name, path => Managed(() => RunFiles.ReadEvaluation(path)), [OfRun(name, folder)]),
        "metrics.jsonl" => new(name, path => Managed(() => RunFiles.ReadMetrics(path)), [OfRun(name, folder)]),
        "pulse.json" => new(
            name, path => Managed(() => RunFiles.ReadPulse(path)),
            ["""{"utc":"2026-01-02T03:04:05+00:00","ended":false,"stage":"training","done":3,"total":9,"detail":"loss 1"}"""u8.ToArray()]),
        "classifier" => new(name, path => Managed(() => EmbeddingClassifier.Load(path)), [Classifier(folder)]),
        "table" => new(
            name,
            path => Managed(() => ImageTable.Read(path, "--labels", ImageTable.LabelColumns, listed)),
            ["path,label\na/0.png,cat\n\"a/1.png\",\"do,g\"\n2.png;x\n"u8.ToArray(), "0\tcat\n1\tdog\n"u8.ToArray()]),
        _ => throw new ArgumentException(name, nameof(name)),
    };

    private static long Managed<T>(Func<T> read)
    {
        read();
        return 0;
    }

    // A row after the other, so that a large one takes no memory but a tenth of a second and more: one of 64 is decoded, so that others get
    // their turn.
    private static long ReadImage(string path)
    {
        const long Large = 4_000_000;
        ImageHeader header = ImageDecoder.ReadHeader(path);
        if ((long)header.Height * header.Width <= Large || XxHash32.HashToUInt32(File.ReadAllBytes(path)) % 64 == 0)
            ImageDecoder.Decode(path, 32, 0, Megapixels);
        return 0;
    }

    private static long ReadWeights(string path)
    {
        using var scope = NewDisposeScope();
        using WeightFile file = WeightReader.Open(path);
        return file.Tensors.Where(tensor => tensor.Kind is not null).Sum(tensor => Bytes(file.Load(tensor)));
    }

    private static long ReadEncoder(string path)
    {
        using var scope = NewDisposeScope();
        using ForeignEncoder encoder = ForeignEncoder.Read(path, new ForeignOptions());
        return encoder.Weights.Values.Concat(encoder.Rest.Values).Sum(Bytes);
    }

    private static long Bytes(Tensor tensor) => tensor.numel() * tensor.ElementSize;

    private static Func<string, long> Settings()
    {
        RootCommand root = Application.Create(new Terminal(TextWriter.Null, TextWriter.Null, errorIsTerminal: false));
        ParseResult? parsed = null;
        return path => Managed(() => SettingsFile.Unfold(["pretrain"], parsed ??= root.Parse(["pretrain", "--config", path])));
    }

    private static byte[] Classifier(string folder)
    {
        string path = Path.Combine(folder, "seed");
        (float[,] rows, int[] labels) = Clouds.Make(6, 2, 4, 3, seed: 11);
        EmbeddingClassifier.Train(rows, labels, Clouds.Names(2)).Save(path);
        return File.ReadAllBytes(path);
    }

    private static byte[] Weights(string name, string folder)
    {
        using var scope = NewDisposeScope();
        string path = Path.Combine(folder, "seed");
        switch (name)
        {
            case "safetensors":
                Safetensors.Write(path, new Dictionary<string, Tensor>
                {
                    ["conv1.weight"] = ones(2, 1, 3, 3), ["bn1.weight"] = ones(2), ["steps"] = tensor(7L),
                    ["half"] = ones(3).to(ScalarType.Float16),
                }, new Dictionary<string, string> { ["format"] = "pt" });
                return File.ReadAllBytes(path);
            case "pickle":
                return Encoding.Latin1.GetBytes(TorchBytes.Dictionary(
                    ("conv1.weight", TorchBytes.Tensor("0", 24, 0, [2, 1, 3, 3], [9, 9, 3, 1])),
                    ("turned", TorchBytes.Tensor("0", 24, 0, [6, 4], [1, 6])),
                    ("list", "](K\u0001K\u0002e"), ("text", TorchBytes.Text("some")),
                    ("odd", "cargparse\nNamespace\n)R}(" + TorchBytes.Text("a") + "K\u0001ub")));
            default:
                return File.ReadAllBytes(FormulaWeights.PathOf(name));
        }
    }

    private static byte[] Encoder(string name)
    {
        if (name == "graph of an encoder")
            return FormulaWeights.Unpack("batch-norm.onnx");
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        Safetensors.Write(stream, FormulaWeights.Of(FormulaWeights.Coarse, coarse: true).ToDictionary(
            pair => "module.encoder_q." + pair.Key, pair => pair.Value), null);
        return stream.ToArray();
    }

    // Without the checksums, which would refuse all that is altered at once.
    private static byte[] OfRun(string name, string folder)
    {
        RunDirectory run = RunDirectory.Create(Path.Combine(folder, "run"));
        if (!RunDirectory.HoldsRun(run.Path))
        {
            run.SaveManifest(ReportSamples.Manifest());
            run.SaveEvaluation(ReportSamples.Evaluations(EvaluationStage.Umm, 0.7, 0.6, 9));
            run.AppendMeasurements(ReportSamples.Epochs().Take(40));
        }

        string text = File.ReadAllText(Path.Combine(run.Path, name));
        return Encoding.UTF8.GetBytes(name == "metrics.jsonl" ? text : SealedText.Without(text));
    }

    private static IReadOnlyList<byte[]> Images(string name) => name switch
    {
        "png" => [Encoded(SKEncodedImageFormat.Png), SampleFiles.PaletteTransparent, SampleFiles.GreyAlpha],
        "deep png" => [DeepImages.Png(DeepImages.Noise(12 * 12 * 3), 12, 12, 2), SampleFiles.Grey16],
        "jpeg" => [Encoded(SKEncodedImageFormat.Jpeg)],
        "progressive jpeg" => [SampleFiles.Progressive],
        "restarts" => [SampleFiles.Restarts],
        "cmyk jpeg" => [SampleFiles.Cmyk],
        "webp" => [Encoded(SKEncodedImageFormat.Webp)],
        "gif" => [SampleFiles.Gif],
        "bmp" => [SampleFiles.Bmp],
        "tiff" => [SampleFiles.Tiff],
        "deep tiff" => [DeepTiff()],
        "netpbm" =>
            ["P2\n# grey\n3 2\n15\n0 1 2\n13 14 15\n"u8.ToArray(), [.. "P6 4 4 255\n"u8, .. new byte[48]], [.. "P5 4 2 65535\n"u8, .. new byte[16]]],
        _ => [Npy([6, 5, 3])],
    };

    private static byte[] DeepTiff()
    {
        string path = Path.GetTempFileName();
        try
        {
            DeepImages.WriteTiff(path, DeepImages.Bytes(DeepImages.Noise(12 * 12)), 12, 12);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static byte[] Npy(int[] shape)
    {
        using var stream = new MemoryStream();
        NpyFile.Write(stream, new float[shape.Aggregate(1, (a, b) => a * b)], [.. shape.Select(length => (long)length)]);
        return stream.ToArray();
    }

    private static byte[] Idx() =>
        [0, 0, 8, 3, .. BigEndian(5), .. BigEndian(8), .. BigEndian(8), .. Enumerable.Range(0, 320).Select(i => (byte)i)];

    private static byte[] Encoded(SKEncodedImageFormat format) =>
        TempFolder.Encode(format, 40, 40, (y, x) => new SKColor((byte)(9 * y), (byte)(7 * x), (byte)(x * y)));

    internal static byte[] BigEndian(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    internal static byte[] Gzip(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(bytes);
        return stream.ToArray();
    }
}
