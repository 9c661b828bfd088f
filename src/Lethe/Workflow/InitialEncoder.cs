using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Interchange;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Umm;

namespace Lethe.Workflow;

/// <summary>The weights that a run begins with, where they are not fresh: read, and made into what the run needs of them.</summary>
internal sealed class InitialEncoder : IDisposable
{
    // What published networks with the large stem were trained at.
    private const int PublishedSize = 224;

    private readonly RunOptions options;
    private readonly ForeignEncoder encoder;
    private readonly RunData? ownImages;
    private readonly List<string> notes = [];
    private bool headsLoaded;

    private InitialEncoder(RunOptions options, ForeignEncoder encoder, RunData? ownImages)
    {
        this.options = options;
        this.encoder = encoder;
        this.ownImages = ownImages;
    }

    /// <summary>Whether a path is a file or a folder of weights, and not the directory of a run.</summary>
    /// <param name="path">The path.</param>
    public static bool IsForeign(string path) =>
        File.Exists(path) || (!RunDirectory.HoldsRun(path) && File.Exists(Path.Combine(path, "config.json")));

    /// <summary>Reads the weights that options ask for.</summary>
    /// <param name="options">The options of the run.</param>
    /// <returns>The weights, which the caller disposes; null where fresh ones are asked for.</returns>
    /// <exception cref="LetheException">They cannot be read, or contradict <c>--backbone</c>, <c>--width</c> or <c>--stem</c>.</exception>
    public static InitialEncoder? Read(RunOptions options)
    {
        if (options.Init is not { } path)
            return null;

        // Of the network, what differs from the defaults was asked for, and must agree.
        (BackboneOptions usual, ForeignOptions any) = (new BackboneOptions(), new ForeignOptions());
        var asked = new ForeignOptions
        {
            Backbone = options.Backbone.Backbone == usual.Backbone ? any.Backbone : options.Backbone.Backbone,
            Width = options.Backbone.Width == usual.Width ? any.Width : options.Backbone.Width,
            Stem = options.Backbone.Stem == usual.Stem ? any.Stem : options.Backbone.Stem,
            Part = options.Weights.Part,
            ChannelOrder = options.Weights.ChannelOrder,
        };
        if (!RunDirectory.HoldsRun(path))
            return new InitialEncoder(options, ForeignEncoder.Read(path, asked), null);

        // A run's own checkpoint has the heads too.
        RunDirectory run = RunDirectory.Open(path);
        RunManifest manifest = run.LoadManifest();
        if (manifest.Umm is { Remedy: UmmOptions.Whiten })
            throw new RunException(Whitened(path));
        if (!run.Checkpoints.HasLast)
            throw new RunException($"--init {path} has no checkpoint yet: expected {run.Checkpoints.LastPath}. Train it first.");
        var initial = new InitialEncoder(options, ForeignEncoder.Read(run.Checkpoints.LastPath, asked), manifest.Data);
        initial.notes.AddRange(Unfinished.Sentences(run));
        return initial;
    }

    /// <summary>Why no training begins with a whitened encoder, and what to do.</summary>
    /// <param name="path">Where it is from.</param>
    public static string Whitened(string path) =>
        $"The features of {path} are whitened, and no method's heads were trained on such features, so no training goes on from it. Train "
        + "the encoder that it was made of. To use it as it is: lethe embed, classify, search and export take it.";

    /// <summary>Channels that the encoder takes.</summary>
    public int Channels => encoder.InputChannels;

    /// <summary>Whether its features are whitened.</summary>
    public bool IsWhitened => encoder.IsWhitened;

    /// <summary>XXH3-128 of the file of weights.</summary>
    public string Checksum => encoder.Checksum;

    /// <summary>Options with what the weights decide: the network, and the size of images where it was left open.</summary>
    /// <param name="asked">The options as they were given.</param>
    /// <returns>The options of the run.</returns>
    public RunOptions Resolve(RunOptions asked)
    {
        int size = asked.Data.ImageSize;
        if (size == 0 && Size() is { } known)
        {
            notes.Add($"Images enter at {known} pixels, {(encoder.ImageSize ?? ownImages?.ImageSize) switch
            {
                null => "as published networks with this stem were trained; the weights do not say. --image-size chooses another",
                _ => "as the weights were trained",
            }}.");
            size = known;
        }

        return asked with
        {
            Backbone = encoder.Backbone with { ZeroInitResidual = asked.Backbone.ZeroInitResidual },
            Data = asked.Data with { ImageSize = size },
        };
    }

    /// <summary>What pixels are normalised with.</summary>
    /// <param name="images">The training images; null where there are none.</param>
    /// <returns>Means and deviations.</returns>
    /// <exception cref="InvalidOptionException">They cannot be had.</exception>
    public ChannelStatistics Statistics(ImageSet? images)
    {
        (ChannelStatistics statistics, string source) = Normalisation.Find(
            options.Weights.Normalisation, ownImages?.Statistics() ?? encoder.Statistics, foreign: ownImages is null, images, Channels);
        notes.Add($"Pixels are normalised {source}.");
        return statistics;
    }

    /// <summary>Notes what pixels would be normalised with, where there are no images to measure yet.</summary>
    /// <exception cref="InvalidOptionException"><c>--normalisation</c> is not understood, or does not fit.</exception>
    public void SayStatistics()
    {
        bool measured = options.Weights.Normalisation == Normalisation.OfData
            || (options.Weights.Normalisation == Normalisation.Auto && encoder.Statistics is null && ownImages is null && Channels != 3);
        if (measured)
            notes.Add("Pixels are normalised with the statistics of the training images.");
        else
            Statistics(null);
    }

    /// <summary>Puts the weights into a method: the backbone, its heads where they are found and wanted, and what follows them.</summary>
    /// <param name="method">The method, with the network of <see cref="Resolve"/>.</param>
    public void Fill(SslMethod method)
    {
        encoder.Fill(method.Backbone);
        HeadFindings heads = ForeignHeads.Fill(method, encoder, load: options.Weights.Heads == "found");
        headsLoaded = heads.AreComplete;
        notes.AddRange(heads.Modules.Select(
            head => head.From is null ? $"The {head.Module} begins fresh: {head.Words}." : $"The {head.Module}: {head.Words}."));
    }

    /// <summary>What <c>run.json</c> says of the weights; whole after <see cref="Fill"/>.</summary>
    /// <returns>The record.</returns>
    public RunOrigin Describe()
    {
        EncoderFindings findings = encoder.Findings;
        BackboneOptions backbone = encoder.Backbone;
        string found = $"{options.Init} ({findings.Format}, {findings.Naming}) is a {backbone.Backbone} of width {backbone.Width} with a "
            + $"{backbone.Stem} stem for {(Channels == 1 ? "grey" : "colour")} images; {findings.Used} tensors are used, {findings.Unused} "
            + "are not.";
        IEnumerable<string> left = findings.Left.Select(group => $"Not used: {group.Name} ({group.Count}): {group.Why}.");
        IEnumerable<string> more = findings.Notes.Select(note => $"{char.ToUpperInvariant(note[0])}{note[1..]}.");
        return new RunOrigin(options.Init!, encoder.Checksum, ownImages is null, [found], [.. left, .. more, .. notes], headsLoaded);
    }

    /// <inheritdoc/>
    public void Dispose() => encoder.Dispose();

    private int? Size() => encoder.ImageSize ?? ownImages?.ImageSize ?? (encoder.Backbone.Stem == "large" ? PublishedSize : null);
}
