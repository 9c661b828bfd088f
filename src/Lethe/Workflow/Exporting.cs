using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Interchange;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Workflow;

/// <summary>Exports the encoder of a run, an undo or a control, or one from anywhere.</summary>
internal static class Exporting
{
    // Enough for a batch of one and full ones; large images take longer.
    private const int SmallSide = 64, ManyImages = 64, FewImages = 16;

    /// <summary>Exports the encoder of a run.</summary>
    /// <param name="run">A pre-training, or an undo or control below it.</param>
    /// <param name="checkpoint">last, best, or one that was kept.</param>
    /// <param name="options">How it leaves.</param>
    /// <param name="graph">What a graph takes and gives.</param>
    /// <param name="path">Where to; null takes <see cref="DefaultPath"/>.</param>
    /// <param name="machine">Where to compute.</param>
    /// <param name="dataRoot">Where a named source lies now, if it has moved.</param>
    /// <param name="classifier">A classifier to put behind the features of a graph; null for none.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="LetheException">Something cannot be used; nothing is left behind.</exception>
    public static ExportResult Run(
        RunDirectory run, string checkpoint, ExportOptions options, OnnxExportOptions graph, string? path, Machine machine,
        string? dataRoot = null, ExportedClassifier? classifier = null, IProgress<WorkflowProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        options.Require(graph, classifier);
        path = Place(path ?? DefaultPath(run, options), options);
        graph = Chosen(graph, () => AutoLayer.OfRun(run, checkpoint, Measure.LinearAccuracy), progress);
        RunManifest manifest = run.LoadManifest();
        Device device = machine.Prepare();
        using SslMethod method = Session.CreateMethod(manifest.Pretraining, manifest.Data.Channels, manifest.Data.ImageSize, device);
        double epoch = run.Checkpoints.Load(method, checkpoint).Epoch;
        ExportSource source = RunEncoder.Of(method, manifest, epoch);
        string unfinished = string.Join(' ', Unfinished.Sentences(run, checkpoint));
        source = source with { Metadata = source.Metadata with { Unfinished = unfinished.Length > 0 ? unfinished : null } };
        ExportImages? images = null;
        ExportWhitening? whitening = null;
        using var scope = NewDisposeScope();
        if (graph.Whiten)
        {
            Session session = Session.Open(run.Pretraining(), machine, dataRoot, progress, cancellation);
            images = ExportImages.Of(session.Data.Train, "the run's training images", source, Count(source));
            (Tensor mean, Tensor matrix) = FeatureWhitening.Fit(
                source.Network, source.Project, graph.Layer, graph.WhitenEpsilon, session, progress, cancellation);
            whitening = new ExportWhitening(mean, matrix);
        }

        DataOptions data = manifest.Pretraining.Data;
        images ??= options.Format == ExportOptions.Onnx
            ? Images(source, data with { DataRoot = dataRoot ?? data.DataRoot }, manifest.Pretraining.Seed, cancellation)
            : null;
        return Run(source, options, graph, path, machine, images, classifier, whitening);
    }

    /// <summary>Exports an encoder from elsewhere.</summary>
    /// <param name="run">What decides it: <see cref="RunOptions.Init"/>, the size of images, the normalisation.</param>
    /// <param name="options">How it leaves.</param>
    /// <param name="graph">What a graph takes and gives.</param>
    /// <param name="path">Where to.</param>
    /// <param name="machine">Where to compute.</param>
    /// <param name="classifier">A classifier to put behind the features of a graph; null for none.</param>
    /// <param name="progress">Told what the file was found to hold.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="LetheException">Something cannot be used; nothing is left behind.</exception>
    public static ExportResult Run(
        RunOptions run, ExportOptions options, OnnxExportOptions graph, string path, Machine machine,
        ExportedClassifier? classifier = null, IProgress<WorkflowProgress>? progress = null)
    {
        options.Require(graph, classifier);
        if (graph.Whiten)
            throw new InvalidOptionException("--whiten needs the images that an encoder was trained on. Import it with --data first.");
        path = Place(path, options);
        graph = Chosen(graph, () => AutoLayer.Unlabelled(null), progress);
        Device device = machine.Prepare();
        using InitialEncoder weights = InitialEncoder.Read(run)!;
        ChannelStatistics statistics = weights.Statistics(null);
        (SslMethod method, run) = Importing.Create(weights, run, device);
        using SslMethod whole = method;
        method.eval();
        foreach (string sentence in weights.Describe().Sentences)
            progress?.Report(new WorkflowProgress("", 0, 0, "", sentence));
        var source = new ExportSource(
            method.Backbone, statistics, run.Views, ExportSource.Describe(method.Backbone, statistics, run.Views));
        return Run(source, options, graph, path, machine, null, classifier);
    }

    /// <summary>Exports an encoder from anywhere.</summary>
    /// <param name="source">The encoder, which stays the caller's.</param>
    /// <param name="options">How it leaves.</param>
    /// <param name="graph">What a graph takes and gives.</param>
    /// <param name="path">Where to, as <see cref="Place"/> allows.</param>
    /// <param name="machine">Where to compute.</param>
    /// <param name="images">What to verify a graph on; null takes the embedded images.</param>
    /// <param name="classifier">A classifier to put behind the features of a graph; null for none.</param>
    /// <param name="whitening">What to do to the features of a graph; null for nothing.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="LetheException">Something cannot be used; nothing is left behind.</exception>
    public static ExportResult Run(
        ExportSource source, ExportOptions options, OnnxExportOptions graph, string path, Machine machine, ExportImages? images = null,
        ExportedClassifier? classifier = null, ExportWhitening? whitening = null)
    {
        options.Require(graph, classifier);
        source = source with { Metadata = source.Metadata with { Licence = options.Licence } };
        if (options.Format == ExportOptions.Onnx)
        {
            images ??= Embedded(source, "the embedded images");
            IReadOnlyList<OnnxExportOutput> outputs = OnnxExport.Write(
                source, graph, path, images, machine.ThreadCount(), Pretraining.ToolVersion, classifier, whitening);
            return new ExportResult(path, new FileInfo(path).Length, source.Metadata with
            {
                Layer = graph.Layer, Classes = classifier?.ClassNames ?? [],
            })
            {
                Outputs = outputs, Images = images.Set.Count, ImagesFrom = images.From,
            };
        }

        bool timm = options.Format == ExportOptions.Timm;
        IReadOnlyList<string> python = timm ? TimmExport.Write(source, path) : TorchvisionExport.Write(source, path);
        string[] files = timm ? [.. TimmExport.Files.Select(file => Path.Combine(path, file))] : [path];
        return new ExportResult(path, files.Sum(file => new FileInfo(file).Length), source.Metadata) { Python = python };
    }

    /// <summary>Where an export of a run goes if nothing is said: into its directory.</summary>
    public static string DefaultPath(RunDirectory run, ExportOptions options) => Path.Combine(run.Path, options.Format switch
    {
        ExportOptions.Onnx => "encoder.onnx",
        ExportOptions.Timm => "encoder-timm",
        _ => "encoder.pth",
    });

    /// <summary>Makes sure, before any work, that a place can be written to.</summary>
    /// <param name="path">The place.</param>
    /// <param name="options">The format, and whether what is there may be replaced.</param>
    /// <returns>The same path.</returns>
    /// <exception cref="InvalidOptionException">Its ending is another format's, or there is no such folder.</exception>
    /// <exception cref="RunException">There is something already.</exception>
    internal static string Place(string path, ExportOptions options)
    {
        string[] endings = options.Format switch
        {
            ExportOptions.Onnx => [".onnx"],
            ExportOptions.Timm => [],
            _ => [.. TorchvisionExport.Endings],
        };
        if (endings.Length > 0 && !endings.Contains(Path.GetExtension(path)))
            throw new InvalidOptionException($"--out '{path}': --format {options.Format} writes a file that ends in "
                + $"{string.Join(" or ", endings)}.");
        string parent = Path.GetDirectoryName(Path.GetFullPath(path)) ?? path;
        if (!Directory.Exists(parent))
            throw new InvalidOptionException($"--out '{path}': the folder {parent} does not exist. Create it, or give another --out.");
        if (options.Format != ExportOptions.Timm)
        {
            if (Directory.Exists(path))
                throw new RunException($"{path} is a folder; expected a file to write. Give another --out.");
            if (File.Exists(path) && !options.Force)
                throw new RunException($"{path} exists already. Give --force to replace it, or another --out.");
            return path;
        }

        if (File.Exists(path))
            throw new RunException($"{path} is a file; expected a folder to write. Give another --out.");
        string[] there = Directory.Exists(path) ? [.. Directory.EnumerateFileSystemEntries(path).Select(one => Path.GetFileName(one))] : [];
        if (there.Length > 0 && !options.Force)
            throw new RunException($"{path} is not empty. Give --force to replace what an earlier export left, or another --out.");
        string[] foreign = [.. there.Except(TimmExport.Files)];
        if (foreign.Length > 0)
        {
            throw new RunException(
                $"{path} holds '{foreign[0]}', which no export writes, so it is not replaced. Give another --out.");
        }

        return path;
    }

    private static OnnxExportOptions Chosen(OnnxExportOptions graph, Func<AutoLayer> choose, IProgress<WorkflowProgress>? progress)
    {
        if (graph.Layer != LayerNames.Auto)
            return graph;
        AutoLayer chosen = choose();
        progress?.Report(new WorkflowProgress("", 0, 0, "", chosen.Why));
        return graph with { Layer = chosen.Layer };
    }

    private static int Count(ExportSource source) => source.Network.ImageSize <= SmallSide ? ManyImages : FewImages;

    // A few images of the run's source, without reading the rest; which part of the run they belong to does not matter here.
    private static ExportImages Images(ExportSource source, DataOptions data, ulong seed, CancellationToken cancellation)
    {
        int count = Count(source);
        if (data.Data == Importing.NoImages)
            return Embedded(source, "the embedded images, since the run has none");
        try
        {
            DataSplits few = DataSources.Open(
                data with { Cache = null, Limit = count, ProbeImages = 1, TestImages = 1, ImageSize = source.Network.ImageSize }, seed,
                progress: null, cancellation);
            return ExportImages.Of(few.Train, $"images of {data.Data}", source, count);
        }
        catch (LetheException error)
        {
            return Embedded(source, $"the embedded images, since those of {data.Data} could not be opened ({error.Message})");
        }
    }

    private static ExportImages Embedded(ExportSource source, string from) => ExportImages.Of(
        DataSources.Open(new DataOptions { Limit = Count(source), ProbeImages = 1, TestImages = 1 }, seed: 0).Train, from, source,
        Count(source));
}
