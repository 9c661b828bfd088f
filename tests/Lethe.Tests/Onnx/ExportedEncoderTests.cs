using Lethe.Data;
using Lethe.Interchange;
using Lethe.Onnx;
using Lethe.Recognition;
using Lethe.Runs;
using Lethe.Workflow;

namespace Lethe.Tests.Onnx;

/// <summary>A run's encoder, exported and run without torch, gives the numbers that it gives with torch.</summary>
[Collection(typeof(TorchCollection))]
public sealed class ExportedEncoderTests : IDisposable
{
    private readonly SmallRun small = new();

    public void Dispose() => small.Dispose();

    [Fact]
    public void Embed_AnExportedEncoder_IsThatOfTheRun()
    {
        CancellationToken token = TestContext.Current.CancellationToken;

        // Images that are reduced, cut and enlarged; the filter is not the usual one.
        SmallRun.WriteImage(Path.Combine(small.ImageFolder, "class0", "large.png"), 5, 90, 61);
        SmallRun.WriteImage(Path.Combine(small.ImageFolder, "class1", "small.png"), 6, 9, 30);
        RunOptions options = small.Options;
        Pretraining.Start(
            options with { Views = options.Views with { Interpolation = "bicubic" } }, SmallRun.Machine, small["run"], "test", null, token);
        RunDirectory run = RunDirectory.Open(small["run"]);
        using Encoder expected = Encoder.Load(small["run"], SmallRun.Machine);
        float[,] rows = expected.Embed(small.ImageFolder, cancellation: token);
        (int[] labels, string[] names) = Read(rows).ByFolder();
        EmbeddingClassifier classifier = EmbeddingClassifier.Train(rows, labels, names, cancellation: token);
        foreach (string input in new[] { "floats", "bytes" })
        {
            string file = small[$"{input}.onnx"];
            Exporting.Run(
                run, "last", new ExportOptions(), new OnnxExportOptions { Input = input }, file, SmallRun.Machine,
                classifier: ExportedClassifier.Of(classifier), cancellation: token);
            using OnnxEncoder encoder = OnnxEncoder.Load(file, threads: 1);
            Assert.Equal((expected.ImageSize, expected.Channels), (encoder.ImageSize, encoder.Channels));
            Assert.Equal("bicubic", encoder.Description.Interpolation);
            float[,] found = encoder.Embed(small.ImageFolder, token);
            float largest = rows.Cast<float>().Max(Math.Abs);

            // Bytes are rounded: half a grey level of the pixels.
            double error = rows.Cast<float>().Zip(found.Cast<float>(), (a, b) => (double)Math.Abs(a - b)).Max() / largest;
            Assert.InRange(error, 0, input == "floats" ? 1e-5 : 0.02);
            if (input == "bytes")
                continue;
            using OnnxEncoder whole = OnnxEncoder.Load(file, "probabilities");
            Assert.Equal(names, whole.Description.Classes);
            float[,] probabilities = whole.Embed(small.ImageFolder, token);
            for (int i = 0; i < labels.Length; i++)
            {
                double[] direct = classifier.Probabilities([.. Enumerable.Range(0, rows.GetLength(1)).Select(j => rows[i, j])]);
                Assert.All(direct.Index(), one => Assert.Equal(one.Item, probabilities[i, one.Index], 1e-3));
            }
        }
    }

    private ImageEmbeddings Read(float[,] rows) => new(rows, ImageFiles.ReadAll(small.ImageFolder, 16).Images.Paths!);
}
