using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Recognition;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Workflow;
using static TorchSharp.torch;

namespace Lethe;

/// <summary>A trained encoder that turns images into embeddings: what a program needs that does not study encoders.</summary>
/// <remarks>
/// Holds the weights, in float32 on the device, until it is disposed; who loads it disposes it. Of one thread at a time. Two encoders are
/// apart from each other, but share the number of threads and the kernels of the process (<see cref="Machine"/>).
/// </remarks>
public sealed class Encoder : IDisposable
{
    // Four batches, so that they are as full as when all is read at once.
    private const int FilesAtATime = 1024;

    private readonly SslMethod method;
    private readonly ViewAugmenter augmenter;
    private readonly Machine machine;
    private readonly Device device;
    private bool disposed;

    private Encoder(SslMethod method, ViewAugmenter augmenter, Machine machine, Device device, string layer)
    {
        this.method = method;
        this.augmenter = augmenter;
        this.machine = machine;
        this.device = device;
        Layer = layer;
    }

    /// <summary>The layer whose output is given.</summary>
    internal string Layer { get; set; }

    /// <summary>Weights and layer in one word: embeddings of two encoders with the same word compare.</summary>
    internal string Word => WordOf(Layer);

    /// <summary>The same of another layer.</summary>
    internal string WordOf(string layer) => $"{EncoderState.Checksum(method.Backbone.state_dict())} {layer}";

    /// <summary>Height and width to which images are brought, in pixels.</summary>
    public int ImageSize => augmenter.Size;

    /// <summary>1 for grey, 3 for colour; images are converted.</summary>
    public int Channels => augmenter.Channels;

    /// <summary>What is to be said of weights from elsewhere; null of a run.</summary>
    internal RunOrigin? Origin { get; private init; }

    /// <summary>Trains an encoder on images without labels, into a run directory of its own.</summary>
    /// <param name="images">A folder of images, or what else <c>--data</c> takes.</param>
    /// <param name="directory">The run directory, which must not hold anything yet.</param>
    /// <param name="options">All else that decides the run; null takes the defaults.</param>
    /// <param name="machine">Where to compute; null takes the processor with all its cores.</param>
    /// <param name="progress">Told how far the work has come, on the calling thread.</param>
    /// <param name="cancellation">Stops between two steps with the state saved; <see cref="Pretraining.Resume"/> goes on.</param>
    /// <returns>The encoder of the last epoch, with the output of its last layer; the caller disposes it.</returns>
    /// <exception cref="LetheException">Something cannot be used; said before long work starts.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the run can go on.</exception>
    public static Encoder Train(
        string images, string directory, RunOptions? options = null, Machine? machine = null, IProgress<WorkflowProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        options ??= new RunOptions();
        machine ??= new Machine();
        options = options with { Data = options.Data with { Data = images } };
        Pretraining.Start(options, machine, directory, $"Encoder.Train(\"{images}\", \"{directory}\")", progress, cancellation);
        return Load(directory, machine);
    }

    /// <summary>Loads the encoder of a run, of an undo, or from elsewhere. The images that it was trained on are not needed.</summary>
    /// <param name="path">
    /// The directory of a pre-training, or of an undo or control below it; or what <c>--init</c> takes: a file or a folder of weights.
    /// </param>
    /// <param name="machine">Where to compute; null takes the processor with all its cores.</param>
    /// <param name="layer">stem, layer1 to layer4, or, of a run, projector.</param>
    /// <returns>The encoder of the last checkpoint, in evaluation mode; the caller disposes it.</returns>
    /// <exception cref="LetheException">The run or file, the machine or the layer cannot be used.</exception>
    /// <remarks>
    /// Size and normalisation of images are those that a file states; else the published ones of its stem.
    /// <see cref="Pretraining.Start"/> takes a file with both as options, and makes a run of it.
    /// </remarks>
    public static Encoder Load(string path, Machine? machine = null, string layer = "layer4") => InitialEncoder.IsForeign(path)
        ? Load(new RunOptions { Init = path }, machine ?? new Machine(), layer)
        : Load(RunDirectory.Open(path), machine ?? new Machine(), layer);

    /// <summary>Loads the encoder of a run or of an undo. The images that it was trained on are not needed.</summary>
    /// <param name="run">The directory of a pre-training, or of an undo or control below it.</param>
    /// <param name="machine">Where to compute.</param>
    /// <param name="layer">stem, layer1 to layer4, or projector.</param>
    /// <param name="checkpoint">
    /// last, best where pre-training stopped at memorisation, or the name of one that was kept, as epoch-00010.
    /// </param>
    /// <returns>The encoder, in evaluation mode; the caller disposes it.</returns>
    /// <exception cref="LetheException">The run, the machine, the layer or the checkpoint cannot be used.</exception>
    /// <remarks>Calls <see cref="Machine.Prepare"/>, and seeds torch's generator as the run did.</remarks>
    public static Encoder Load(RunDirectory run, Machine machine, string layer, string checkpoint = CheckpointStore.Last)
    {
        RequireLayer(layer, LayerNames.All);
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

        return new Encoder(
            method, new ViewAugmenter(options.Views, manifest.Data.ImageSize, manifest.Data.Channels, manifest.Data.Statistics()), machine,
            device, layer);
    }

    /// <summary>Loads an encoder from elsewhere.</summary>
    /// <param name="options">What decides it: the file, the size of images, the normalisation.</param>
    /// <param name="machine">Where to compute.</param>
    /// <param name="layer">stem or layer1 to layer4: its heads, if it has any, are not loaded.</param>
    /// <returns>The encoder, in evaluation mode; the caller disposes it.</returns>
    /// <exception cref="LetheException">The file, the machine or the layer cannot be used.</exception>
    internal static Encoder Load(RunOptions options, Machine machine, string layer)
    {
        RequireLayer(layer, [.. LayerNames.All.Where(name => name != LayerNames.Projector)]);
        Device device = machine.Prepare();
        using InitialEncoder weights = InitialEncoder.Read(options)!;
        ChannelStatistics statistics = weights.Statistics(null);
        (SslMethod method, options) = Importing.Create(weights, options, device);
        return new Encoder(
            method, new ViewAugmenter(options.Views, options.Data.ImageSize, weights.Channels, statistics), machine, device, layer)
        {
            Origin = weights.Describe(),
        };
    }

    /// <summary>
    /// Embeds images as they are, with nothing random: brought to <see cref="ImageSize"/> and <see cref="Channels"/>, normalised with the
    /// statistics of the images that the encoder was trained on. The same images give the same bits on one machine
    /// with the same number of threads.
    /// </summary>
    /// <param name="images">The images, at least one, of any sizes, grey or colour.</param>
    /// <param name="progress">Told after each batch how many images are done, on the calling thread.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>
    /// One row for each image in their order, [N, d], not normalised; d is <see cref="Models.ResNet.FeatureDimension"/> for every layer of
    /// the backbone and the projector's output for projector.
    /// </returns>
    /// <exception cref="DataException">There is no image.</exception>
    /// <exception cref="ObjectDisposedException">The encoder has been disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public float[,] Embed(ImageSet images, IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default) =>
        EmbedLayers(images, [Layer], progress, cancellation)[0];

    private float[][,] EmbedLayers(
        ImageSet images, IReadOnlyList<string> layers, IProgress<WorkflowProgress>? progress, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0)
            throw new DataException("There is no image to embed. Give at least one.");
        using var scope = NewDisposeScope();
        int done = 0;
        IEnumerable<ViewBatch> Batches()
        {
            foreach (
                ViewBatch batch in EvaluationBatches.Plain(
                    images, augmenter, EvaluationBatches.SizeFor(ImageSize), machine.ThreadCount(), cancellation))
            {
                yield return batch;
                done += batch.N;
                progress?.Report(new WorkflowProgress("embedding", done, images.Count, ""));
            }
        }

        IReadOnlyDictionary<string, Tensor> all = LayerFeatures.Collect(method, Batches(), device, cancellation);
        return [.. layers.Select(layer => Rows(all[layer][0].contiguous(), layer))];
    }

    private static float[,] Rows(Tensor features, string layer)
    {
        LayerFeatures.RequireFinite(features, layer);
        var rows = new float[features.shape[0], features.shape[1]]; // [N, d]
        Buffer.BlockCopy(features.data<float>().ToArray(), 0, rows, 0, rows.Length * sizeof(float));
        return rows;
    }

    /// <summary>Embeds one image from memory, as an upload: JPEG, PNG, BMP, WebP or GIF.</summary>
    /// <param name="image">The bytes of the file, read to the end; the stream stays the caller's.</param>
    /// <returns>The embedding, [d], not normalised.</returns>
    /// <exception cref="DataException">It is no image that can be read; the message says why.</exception>
    /// <exception cref="ObjectDisposedException">The encoder has been disposed.</exception>
    public float[] Embed(Stream image)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        float[,] row = Embed(new ImageSet("image", [ImageFiles.Read(image, ImageSize, Channels)]));
        return [.. row.Cast<float>()];
    }

    /// <summary>Embeds all images below a folder, in the ordinal order of their paths.</summary>
    /// <param name="folder">The folder, or one image file. A file that cannot be read is an error.</param>
    /// <param name="progress">Told after each batch how many images are done, on the calling thread.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>One row for each image, [N, d], not normalised.</returns>
    /// <exception cref="DataException">There is no image, or one cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The encoder has been disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public float[,] Embed(string folder, IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default) =>
        EmbedFolder(folder, 0, progress, cancellation).Rows;

    /// <summary>
    /// Embeds all images below a folder and keeps their paths, for an index or a classifier. Images are read a part at a time, so that a
    /// folder may be larger than memory.
    /// </summary>
    /// <param name="folder">The folder, searched recursively, or one file.</param>
    /// <param name="maxBadFiles">How many files may be corrupt or empty and are skipped.</param>
    /// <param name="progress">Told after each batch how many images are done, on the calling thread.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>Embeddings, not normalised, and paths, in the ordinal order of the paths, and the files skipped.</returns>
    /// <exception cref="InvalidOptionException">The path does not exist.</exception>
    /// <exception cref="DataException">There is no image, or too many files cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The encoder has been disposed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ImageEmbeddings EmbedFolder(
        string folder, int maxBadFiles = 0, IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default) =>
        EmbedLayers(folder, [Layer], maxBadFiles, progress, cancellation)[Layer];

    /// <summary>The same of several layers, in one pass over the images.</summary>
    /// <param name="folder">The folder, searched recursively, or one file.</param>
    /// <param name="layers">Names of layers that the encoder has.</param>
    /// <param name="maxBadFiles">How many files may be corrupt or empty and are skipped.</param>
    /// <param name="progress">Told after each batch how many images are done, on the calling thread.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>The embeddings of each layer.</returns>
    /// <exception cref="LetheException">As <see cref="EmbedFolder"/>.</exception>
    internal IReadOnlyDictionary<string, ImageEmbeddings> EmbedLayers(
        string folder, IReadOnlyList<string> layers, int maxBadFiles = 0, IProgress<WorkflowProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var parts = new List<float[][,]>();
        var paths = new List<string>();
        var skipped = new List<string>();
        int total = ImageFiles.Count(folder);
        foreach ((ImageSet images, IReadOnlyList<string> bad) in ImageFiles.ReadParts(
            folder, ImageSize, Channels, maxBadFiles, FilesAtATime, cancellation, RankedEmbeddings.Share))
        {
            int before = paths.Count + skipped.Count;
            skipped.AddRange(bad);
            if (images.Count == 0)
                continue;
            parts.Add(EmbedLayers(images, layers, progress is null ? null : new Forward<WorkflowProgress>(
                part => progress.Report(part with { Done = before + part.Done, Total = total })), cancellation));
            paths.AddRange(images.Paths!);
        }

        return RankedEmbeddings.OfAll(layers.Index().ToDictionary(
            layer => layer.Item,
            layer => new ImageEmbeddings(Joined([.. parts.Select(part => part[layer.Index])], paths.Count), paths, skipped)), maxBadFiles);
    }

    private static float[,] Joined(float[][,] parts, int count)
    {
        float[,] rows = new float[count, parts.Length == 0 ? 0 : parts[0].GetLength(1)];
        int at = 0;
        foreach (float[,] part in parts)
        {
            Buffer.BlockCopy(part, 0, rows, at * sizeof(float), part.Length * sizeof(float));
            at += part.Length;
        }

        return rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        disposed = true;
        method.Dispose();
    }

    private static void RequireLayer(string layer, IReadOnlyList<string> layers)
    {
        if (!layers.Contains(layer))
            throw new InvalidOptionException($"--layer '{layer}' is unknown.{Suggestion.Sentence(layer, layers)} "
                + $"Use one of {string.Join(", ", layers)}.");
    }
}
