using Lethe.Diagnostics;
using Lethe.Interchange;
using Lethe.Models;
using Lethe.Recognition;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Workflow;

namespace Lethe.Tests.Workflow;

/// <summary>What <c>--layer auto</c> takes.</summary>
[Collection<TorchCollection>]
public sealed class AutoLayerTests : IDisposable
{
    private readonly SmallRun small = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => small.Dispose();

    /// <summary>The numbers of the checkpoint that is used decide, of equal ones the later layer; without labels nothing does.</summary>
    [Fact]
    public void OfRun_MeasuredLayers_TakesTheBestOfThatCheckpoint()
    {
        RunDirectory run = small.Start(
            "run", small.Options with { Training = small.Options.Training with { KeepCheckpoints = true } }, cancellation: Token).Run;
        string[] lines = [.. File.ReadLines(run.MetricsPath).Where(line => !line.Contains("linearAccuracy", StringComparison.Ordinal))];
        IEnumerable<string> Accuracies(int epoch, double[] values) => LayerNames.All.Zip(values).Select(one => FormattableString.Invariant(
            $$"""{"epoch":{{epoch}},"layer":"{{one.First}}","name":"linearAccuracy","value":{{one.Second}}}"""));
        void Rewrite(IEnumerable<string> measured)
        {
            File.WriteAllLines(run.MetricsPath, measured);
            byte[] bytes = File.ReadAllBytes(run.MetricsPath);
            run.SaveManifest(run.LoadManifest() with { Metrics = new FileSeal(bytes.Length, JsonSeal.Of(bytes)) });
        }

        Rewrite([.. lines, .. Accuracies(1, [0.1, 0.2, 0.7, 0.2, 0.1, 0.9]), .. Accuracies(2, [0.1, 0.6, 0.2, 0.6, 0.5, 0.9])]);
        AutoLayer last = AutoLayer.OfRun(run, CheckpointStore.Last, Measure.LinearAccuracy);
        Assert.Equal("layer3", last.Layer);
        Assert.Contains(
            "at epoch 2 (stem 10.0 %, layer1 60.0 %, layer2 20.0 %, layer3 60.0 %, layer4 50.0 %).", last.Why.Replace('\u00A0', ' '),
            StringComparison.Ordinal);
        Assert.Equal("layer2", AutoLayer.OfRun(run, CheckpointStore.OfEpoch(1), Measure.LinearAccuracy).Layer);
        ExportResult graph = Exporting.Run(
            run, CheckpointStore.Last, new ExportOptions(), new OnnxExportOptions { Layer = LayerNames.Auto }, null, SmallRun.Machine,
            cancellation: Token);
        Assert.Equal("layer3", graph.Metadata.Layer);
        Rewrite(lines);
        Assert.Equal("layer1", AutoLayer.OfRun(run, CheckpointStore.Last, Measure.LinearAccuracy).Layer);

        // What was trained for longer than what was tried, and what is from elsewhere, gives its last layer.
        RunManifest manifest = run.LoadManifest(), longer = manifest with
        {
            Pretraining = manifest.Pretraining with { Training = manifest.Pretraining.Training with { Epochs = 100_000 } },
        };
        Assert.Equal("layer4", AutoLayer.Unlabelled(longer).Layer);
        Assert.Equal("layer4", AutoLayer.Unlabelled(null).Layer);
        Assert.Equal(
            "layer4", AutoLayer.Unlabelled(manifest with { Origin = new RunOrigin("w.pth", "00", Foreign: true, [], [], false) }).Layer);
    }

    /// <summary>An undo counts iterations, not epochs: what was measured when its state was kept decides.</summary>
    [Fact]
    public void OfRun_Undo_GoesByItsOwnMeasurements()
    {
        (RunDirectory run, Session session) = small.Start("run", cancellation: Token);
        RunDirectory undo = SmallRun.RunUndo(run, session, cancellation: Token);
        int kept = undo.LoadManifest().BestEpoch ?? 4;
        IReadOnlyList<Measurement> all = [.. undo.LoadMeasurements().Where(one => one.Name == Measure.KnnAccuracy)];
        int at = all.Select(one => one.Epoch).Where(iteration => iteration <= kept).Max();
        string expected = LayerNames.Backbone.Reverse().MaxBy(layer => all.Single(one => one.Epoch == at && one.Layer == layer).Value)!;
        AutoLayer found = AutoLayer.OfRun(undo, CheckpointStore.Last, Measure.KnnAccuracy);
        Assert.Equal(expected, found.Layer);
        Assert.Contains($"at iteration {at} ", found.Why, StringComparison.Ordinal);
    }

    /// <summary>Of a layer that tells the classes apart, two that do so equally, and noise, the later of the equal ones is taken.</summary>
    [Fact]
    public void ByLabels_LayersThatTellTheClassesApart_TakesTheLatest()
    {
        string[] paths = [.. Enumerable.Range(0, 30).Select(i => $"class{i % 2}/{i:00}.png")];
        ImageEmbeddings Layer(bool tells)
        {
            var stream = new Lethe.Numerics.RandomStream(5);
            float[,] rows = new float[paths.Length, 4];
            for (int i = 0; i < paths.Length; i++)
            {
                for (int j = 0; j < 4; j++)
                    rows[i, j] = (float)stream.NextDouble(-1, 1) + (tells && j == 0 ? 10 * (i % 2) : 0);
            }

            return new ImageEmbeddings(rows, paths);
        }

        var layers = new Dictionary<string, ImageEmbeddings>
        {
            ["projector"] = Layer(true), ["layer4"] = Layer(false), ["layer2"] = Layer(true), ["layer3"] = Layer(true), ["stem"] = Layer(true),
        };
        (AutoLayer choice, EmbeddingClassifier classifier) = AutoLayer.ByLabels(
            layers, (layer, rows) => EmbeddingClassifier.Train(rows, encoder: $"00 {layer}", cancellation: Token));
        Assert.Equal("layer3", choice.Layer);
        Assert.Equal("layer3", AutoLayer.Of(classifier).Layer);
        Assert.Contains("cross-validation on 30 labelled images", choice.Why, StringComparison.Ordinal);
        EmbeddingClassifier nameless = EmbeddingClassifier.Train(layers["stem"], cancellation: Token);
        Assert.Contains("--layer", Assert.Throws<InvalidOptionException>(() => AutoLayer.Of(nameless)).Message, StringComparison.Ordinal);
    }
}
