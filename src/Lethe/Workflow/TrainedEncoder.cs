using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Workflow;

/// <summary>A trained encoder, taken from a run, that turns images into embeddings.</summary>
public sealed class TrainedEncoder : IDisposable
{
    private readonly SslMethod method;
    private readonly ViewAugmenter augmenter;
    private readonly Machine machine;
    private readonly Device device;
    private readonly string layer;

    private TrainedEncoder(SslMethod method, ViewAugmenter augmenter, Machine machine, Device device, string layer)
    {
        this.method = method;
        this.augmenter = augmenter;
        this.machine = machine;
        this.device = device;
        this.layer = layer;
    }

    /// <summary>Height and width to which images are brought, in pixels.</summary>
    public int ImageSize => augmenter.Size;

    /// <summary>1 for grey, 3 for colour; images are converted.</summary>
    public int Channels => augmenter.Channels;

    /// <summary>Loads the encoder of a run or of an undo. The images that it was trained on are not needed.</summary>
    /// <param name="run">The directory of a pre-training, or of an undo or control below it.</param>
    /// <param name="machine">Where to compute.</param>
    /// <param name="layer">stem, layer1 to layer4, or projector.</param>
    /// <param name="checkpoint">last, best where pre-training stopped at memorisation, or the name of one that was kept, as epoch-00010.</param>
    /// <returns>The encoder.</returns>
    /// <exception cref="LetheException">The run, the layer or the checkpoint cannot be used.</exception>
    public static TrainedEncoder Load(RunDirectory run, Machine machine, string layer, string checkpoint = CheckpointStore.Last)
    {
        if (!LayerFeatures.Names.Contains(layer))
            throw new InvalidOptionException($"--layer '{layer}' is unknown. Use one of {string.Join(", ", LayerFeatures.Names)}.");
        RunManifest manifest = run.LoadManifest();
        RunOptions options = manifest.Pretraining;
        Device device = machine.Prepare();
        SslMethod method = Session.CreateMethod(options, manifest.Data.Channels, manifest.Data.ImageSize, device);
        try
        {
            run.Checkpoints.Load(method, checkpoint);
        }
        catch
        {
            method.Dispose();
            throw;
        }

        var statistics = new ChannelStatistics([.. manifest.Data.ChannelMean.Select(x => (float)x)], [.. manifest.Data.ChannelStandardDeviation.Select(x => (float)x)]);
        return new TrainedEncoder(method, new ViewAugmenter(options.Views, manifest.Data.ImageSize, manifest.Data.Channels, statistics), machine, device, layer);
    }

    /// <summary>Embeds images.</summary>
    /// <param name="images">The images, of any sizes.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>One row for each image, [N, d].</returns>
    public float[,] Embed(ImageSet images, IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default)
    {
        const int BatchSize = 256;
        using var scope = NewDisposeScope();
        int done = 0;
        IEnumerable<ViewBatch> Batches()
        {
            foreach (ViewBatch batch in EvaluationBatches.Plain(images, augmenter, BatchSize, machine.ThreadCount(), cancellation))
            {
                yield return batch;
                done += batch.N;
                progress?.Report(new WorkflowProgress("embedding", done, images.Count, ""));
            }
        }

        Tensor features = LayerFeatures.Collect(method, Batches(), device, cancellation)[layer][0].contiguous(); // [N, d]
        var rows = new float[features.shape[0], features.shape[1]];
        Buffer.BlockCopy(features.data<float>().ToArray(), 0, rows, 0, rows.Length * sizeof(float));
        return rows;
    }

    /// <inheritdoc/>
    public void Dispose() => method.Dispose();
}
