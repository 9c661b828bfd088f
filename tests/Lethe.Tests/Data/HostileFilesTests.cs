using System.Buffers.Binary;
using System.CommandLine;
using System.IO.Compression;
using System.Text;
using Lethe.Cli;
using Lethe.Data;
using Lethe.Numerics;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Tests.Results;
using Lethe.Tests.Storage;
using SkiaSharp;

namespace Lethe.Tests.Data;

/// <summary>
/// Altered files of each kind that strangers may give: each is read or refused with a sentence, in time, and takes no more memory than four
/// times its bytes (an image: what its pixels take) and 16 MiB. The files that they are made of are written here, so they are the same
/// everywhere.
/// </summary>
[Collection(typeof(TorchCollection))]
public sealed class HostileFilesTests : IDisposable
{
    private const long Granted = 16 << 20;

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Kinds => new(
        "npy", "idx", "idx.gz", "labels", "cifar", "yaml", "run.json", "evaluation.json", "metrics.jsonl", "png", "jpeg", "restarts", "webp",
        "gif", "bmp", "tiff");

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Read_Mutants_AreReadOrRefused(string kind) => Run(kind, 60, seed: 1);

    [Theory(Explicit = true)]
    [Trait("Category", "Long")]
    [MemberData(nameof(Kinds))]
    public void Read_ManyMutants_AreReadOrRefused(string kind) => Run(kind, 10_000, seed: 2);

    /// <summary>What a header promises beyond its file is refused from the header.</summary>
    [Theory]
    [InlineData(30_000_000, 1, 1, true)]
    [InlineData(30_000_000, 1, 1, false)]
    [InlineData(60_000, 1000, 1000, true)]
    [InlineData(int.MaxValue, 10_000, 10_000, true)]
    public void Idx_PromisesMoreThanItsLengthCanHold_IsRefusedFromItsHeader(int count, int height, int width, bool compressed)
    {
        string path = folder["train-images-idx3-ubyte" + (compressed ? ".gz" : "")];
        byte[] header = [0, 0, 8, 3, .. BigEndian(count), .. BigEndian(height), .. BigEndian(width), .. new byte[1000]];
        File.WriteAllBytes(path, compressed ? Gzip(header) : header);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(
            "more than a file of its length can", Assert.Throws<DataException>(() => IdxFile.ReadImages(path)).Message,
            StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void IdxLabels_MoreThanImages_AreRefusedBeforeTheyAreRead()
    {
        string path = folder["train-labels-idx1-ubyte.gz"];
        File.WriteAllBytes(path, Gzip([0, 0, 8, 1, .. BigEndian(400_000_000), .. new byte[1000]]));
        Assert.Contains(
            "holds 400000000 labels for the 20 images",
            Assert.Throws<DataException>(() => IdxFile.ReadLabels(path, 20, "images")).Message, StringComparison.Ordinal);
    }

    private void Run(string kind, int count, ulong seed)
    {
        byte[] original = Original(kind);
        bool image = kind is "png" or "jpeg" or "restarts" or "webp" or "gif" or "bmp" or "tiff";
        Action<string> read = Reader(kind);
        string path = folder[kind switch { "idx.gz" => "f.gz", "cifar" => "data_batch_1.bin", _ => "f" }];
        for (int i = 0; i < count; i++)
        {
            var random = new RandomStream(RandomStream.Derive(seed, (ulong)i));
            byte[] bytes = i == 0 ? original : Mutants.Of(original, ref random);
            File.WriteAllBytes(path, bytes);
            long before = GC.GetAllocatedBytesForCurrentThread();
            var clock = System.Diagnostics.Stopwatch.StartNew();
            Exception? error = Record.Exception(() => read(path));
            Assert.True(error is null or LetheException, $"mutant {i} of {kind}: {error}");
            Assert.True(i > 0 || error is null, $"{kind} itself is refused: {error?.Message}");
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"mutant {i} of {kind} took {clock.Elapsed}");
            long bound = (kind == "idx.gz" ? 100 : 4) * bytes.LongLength + Granted;
            Assert.True(
                image || GC.GetAllocatedBytesForCurrentThread() - before <= bound, $"mutant {i} of {kind}, {bytes.Length} bytes, took much");
        }
    }

    private Action<string> Reader(string kind)
    {
        switch (kind)
        {
            case "npy":
                return path => NpyFile.Read(path);
            case "idx" or "idx.gz":
                return path => IdxFile.ReadImages(path);
            case "labels":
                return path => IdxFile.ReadLabels(path, 300, "images");
            case "cifar":
                return path => CifarLayout.Open(Path.GetDirectoryName(path)!);
            case "run.json":
                return path => RunFiles.ReadManifest(path);
            case "evaluation.json":
                return path => RunFiles.ReadEvaluation(path);
            case "metrics.jsonl":
                return path => RunFiles.ReadMetrics(path);
            case "yaml":
                RootCommand root = Application.Create(new Terminal(TextWriter.Null, TextWriter.Null, errorIsTerminal: false));
                ParseResult parsed = root.Parse(["pretrain", "--config", folder["f"]]);
                return _ => SettingsFile.Unfold(["pretrain"], parsed);
            default:
                return path => ImageDecoder.Decode(path, 32, 0, maxMegapixels: 1);
        }
    }

    private byte[] Original(string kind)
    {
        switch (kind)
        {
            case "npy":
                using (var stream = new MemoryStream())
                {
                    NpyFile.Write(stream, new float[120], [30, 4]);
                    return stream.ToArray();
                }

            case "idx" or "idx.gz":
                byte[] images = [0, 0, 8, 3, .. BigEndian(5), .. BigEndian(8), .. BigEndian(8), .. Enumerable.Range(0, 320).Select(i => (byte)i)];
                return kind == "idx" ? images : Gzip(images);
            case "labels":
                return [0, 0, 8, 1, .. BigEndian(300), .. new byte[300]];
            case "cifar":
                return new byte[3073 * 3];
            case "yaml":
                return Encoding.UTF8.GetBytes("# options\nepochs: 100\nmethod: simclr\n\"batch-size\": 64\ndata: [a, b]\n");
            case "png":
                return Encoded(SKEncodedImageFormat.Png);
            case "jpeg":
                return Encoded(SKEncodedImageFormat.Jpeg);
            case "webp":
                return Encoded(SKEncodedImageFormat.Webp);
            case "restarts":
                return SampleFiles.Restarts;
            case "gif":
                return SampleFiles.Gif;
            case "bmp":
                return SampleFiles.Bmp;
            case "tiff":
                return SampleFiles.Tiff;
            default:
                RunDirectory run = RunDirectory.Create(folder["run"]);
                run.SaveManifest(ReportSamples.Manifest());
                run.SaveEvaluation(ReportSamples.Evaluations(EvaluationStage.Umm, 0.7, 0.6, 9));
                run.AppendMeasurements(ReportSamples.Epochs().Take(40));

                // Without the checksum, which would refuse all of them at once.
                string text = File.ReadAllText(Path.Combine(run.Path, kind));
                return Encoding.UTF8.GetBytes(kind == "metrics.jsonl" ? text : SealedText.Without(text));
        }
    }

    private static byte[] Encoded(SKEncodedImageFormat format) =>
        TempFolder.Encode(format, 40, 40, (y, x) => new SKColor((byte)(9 * y), (byte)(7 * x), (byte)(x * y)));

    private static byte[] BigEndian(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(bytes);
        return stream.ToArray();
    }
}
