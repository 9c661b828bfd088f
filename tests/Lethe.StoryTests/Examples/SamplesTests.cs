using System.Net.Http.Json;
using Lethe.Diagnostics;
using Lethe.Interchange;
using Lethe.Runs;
using Lethe.Samples;
using Lethe.Samples.MachineLearning;
using Lethe.Samples.Web;
using Lethe.Workflow;

namespace Lethe.Tests.Examples;

/// <summary>The samples do what they say, on images of two kinds.</summary>
[Collection(typeof(TorchCollection))]
public sealed class SamplesTests : IDisposable
{
    private readonly SmallRun small = new();

    public void Dispose() => small.Dispose();

    [Fact]
    public void PhotosToClassifier_TwoKinds_NamesEachPhotoOrNothing()
    {
        IReadOnlyDictionary<string, string?> found = PhotosToClassifier.Run(small.ImageFolder, small.ImageFolder, small["run"], small.Options);
        Assert.Equal(40, found.Count);
        Assert.All(found.Values, label => Assert.True(label is null or "class0" or "class1"));
        Assert.True(File.Exists(Path.Combine(small["run"], "classifier.json")));
    }

    [Fact]
    public void ForeignFeatures_TwoViews_AreMeasured()
    {
        var features = new float[12, 3];
        for (int i = 0; i < 12; i++)
            features[i, i % 3] = 1;
        FeatureReport report = ForeignFeatures.Measure(features, [0, 1, 2, 0, 1, 2]);
        Assert.Equal((12, 3, 2), (report.Rows, report.Dimension, report.Views));
        Assert.Equal(3, report.Measures["rankMe"]!.Value, 1e-3);
    }

    [Fact]
    public async Task ImageApi_UploadedImage_IsEmbedded()
    {
        string model = Exported();
        await using var app = ImageApi.Create(model, "--urls", "http://127.0.0.1:0");
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        byte[] image = await File.ReadAllBytesAsync(
            Path.Combine(small.ImageFolder, "class0", "00.png"), TestContext.Current.CancellationToken);
        using HttpResponseMessage answer = await client.PostAsync(
            new Uri("/embed", UriKind.Relative), new ByteArrayContent(image), TestContext.Current.CancellationToken);
        float[]? row = await answer.Content.ReadFromJsonAsync<float[]>(TestContext.Current.CancellationToken);
        using Encoder encoder = Encoder.Load(small["run"], SmallRun.Machine);
        using var again = new MemoryStream(image);
        float[] expected = encoder.Embed(again);
        Assert.Equal(expected.Length, row!.Length);
        Assert.All(expected.Zip(row), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        using HttpResponseMessage refused = await client.PostAsync(
            new Uri("/embed", UriKind.Relative), new ByteArrayContent([1, 2, 3]), TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void EmbeddingPipeline_TwoKinds_TellsThemApart() =>
        Assert.True(EmbeddingPipeline.Accuracy(Exported(), small.ImageFolder) > 0.8);

    private string Exported()
    {
        (RunDirectory run, _) = Pretraining.Start(small.Options, SmallRun.Machine, small["run"], "pretrain");
        string file = small["encoder.onnx"];
        Exporting.Run(run, CheckpointStore.Last, new ExportOptions(), new OnnxExportOptions(), file, SmallRun.Machine);
        return file;
    }
}
