using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runs;
using Lethe.Runtime;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Lethe.Workflow;

/// <summary>Scores how far a run's encoder has memorised single images: <see cref="ImageMemorisation"/>.</summary>
internal static class Scoring
{
    private const int ShownAtEachEnd = 6;
    private const int ShownViews = 4;

    /// <summary>
    /// Holds a run against one that was trained on other images of the same source, and keeps the scores in it for its report.
    /// </summary>
    /// <remarks>
    /// Which images only the first was trained on is decided by their pixels, so a copy of an image under another name counts as the
    /// same. Both encoders see the same views, made as in the first run's training, each with its own channel statistics. What neither was
    /// trained on are test images, so <c>run.json</c> has it as a look at them.
    /// </remarks>
    /// <param name="run">A pre-training, or an undo or control below it.</param>
    /// <param name="other">Another, trained on other images: with another seed and a limit, for instance.</param>
    /// <param name="options">How many views of how many images.</param>
    /// <param name="machine">Where to compute.</param>
    /// <param name="dataRoot">Where a named source lies now, if it has moved.</param>
    /// <param name="command">What was called, for <c>run.json</c>.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>The scores of each layer.</returns>
    /// <exception cref="LetheException">
    /// A run cannot be used, their images differ in size or channels, or there is no image that only the first was trained on.
    /// </exception>
    public static ImageScores Run(
        RunDirectory run,
        RunDirectory other,
        ScoringOptions options,
        Machine machine,
        string? dataRoot = null,
        string command = LookBook.Program,
        IProgress<WorkflowProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        options.Validate();
        Session session = Session.Open(run.Pretraining(), machine, dataRoot, progress, cancellation);
        Session without = Session.Open(other.Pretraining(), machine, dataRoot, progress, cancellation);
        (DataSplits data, DataSplits otherData) = (session.Data, without.Data);
        if (data.ImageSize != otherData.ImageSize || session.Augmenter.Channels != without.Augmenter.Channels)
        {
            throw new RunException(
                $"{run.Path} sees images of {data.ImageSize} pixels and {session.Augmenter.Channels} channels, {other.Path} of "
                + $"{otherData.ImageSize} and {without.Augmenter.Channels}. "
                + "Give a run with the same --image-size on the same source.");
        }

        HashSet<UInt128> seenByOther = Pixels(otherData.Train), seen = Pixels(data.Train);
        int[] candidates =
            [.. Enumerable.Range(0, data.Train.Count).Where(i => !seenByOther.Contains(Fingerprint.OfPixels(data.Train[i])))];
        if (candidates.Length == 0)
        {
            throw new RunException(
                $"{other.Path} was trained on all {data.Train.Count} images that {run.Path} was trained on, so it cannot say what they "
                + "look like to an encoder without them. "
                + "Give a run on other images of the source: the same options and --limit with another --seed, for instance.");
        }

        int[] images = [.. candidates.Take(options.ScoreImages)];
        int[] unseen =
        [
            .. Enumerable.Range(0, data.Test.Count)
                .Where(i => Fingerprint.OfPixels(data.Test[i]) is var pixels && !seen.Contains(pixels) && !seenByOther.Contains(pixels))
                .Take(options.ScoreImages),
        ];
        ImageSet scored = data.Train.Subset("scored", images), neither = data.Test.Subset("unseen", unseen);
        using var scope = NewDisposeScope();
        using SslMethod encoder = session.CreateMethod(), otherEncoder = without.CreateMethod();
        run.Checkpoints.Load(encoder);
        other.Checkpoints.Load(otherEncoder);
        string weights = EncoderState.Checksum(encoder.state_dict());
        if (unseen.Length > 0)
            new LookBook(run.Pretraining(), Look.Test, command, progress).Note(weights);
        var otherAugmenter = new ViewAugmenter(
            session.Options.Views, data.ImageSize, session.Augmenter.Channels, without.Augmenter.Statistics);
        var views = new ScoredViews(session, options, 2 * (images.Length + unseen.Length), progress, cancellation);
        progress?.Report(StartUp.OfVerb(
            "diagnose", $"{images.Length} images that {run.Path} was trained on and {other.Path} was not, and {unseen.Length} that neither "
                + $"was; {options.ScoreViews} views of each by both encoders", StartUp.Shown, session.Machine.Describe()).Notice());

        IReadOnlyList<double[]> Scores(ImageSet set)
        {
            using var part = NewDisposeScope();
            IReadOnlyDictionary<string, Tensor> by = views.Of(encoder, session.Augmenter, set);
            IReadOnlyDictionary<string, Tensor> byOther = views.Of(otherEncoder, otherAugmenter, set);
            return [.. LayerNames.All.Select(layer => ImageMemorisation.Scores(by[layer], byOther[layer]))];
        }

        IReadOnlyList<double[]> scores = Scores(scored);
        IReadOnlyList<double[]>? baseline = neither.Count == 0 ? null : Scores(neither);
        var found = new ImageScores(
            images,
            scored.Paths,
            candidates.Length,
            [.. LayerNames.All.Select((layer, i) => new LayerScores(layer, scores[i], baseline?[i] ?? []))],
            Differences(run, other, session, without));
        run.SaveScores(Kept(found, scored, session, other.Path, weights));
        return found;
    }

    /// <summary>Whether there are enough held-out images to score a run by itself.</summary>
    public static bool HasHeldOut(Session session) =>
        EvaluatedImages.InTraining(session.Data).Unseen.Count > ImageMemorisation.HeldOutNeighbours;

    /// <summary>
    /// Scores a run by itself: its views of images that it was trained on against those of held-out images that are like them
    /// (<see cref="ImageMemorisation.HeldOut"/>). The scores are kept in the run for its report.
    /// </summary>
    /// <remarks>The held-out images are those that may be chosen by, as on the map: neither test images nor sealed ones.</remarks>
    /// <param name="run">A pre-training, or an undo or control below it.</param>
    /// <param name="session">The session of the pre-training.</param>
    /// <param name="options">How many views of how many images.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>The scores of each layer.</returns>
    /// <exception cref="LetheException">The run cannot be used, or has too few held-out images.</exception>
    public static ImageScores HeldOut(
        RunDirectory run, Session session, ScoringOptions options, IProgress<WorkflowProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        options.Validate();
        var known = EvaluatedImages.InTraining(session.Data);
        if (!HasHeldOut(session))
        {
            throw new RunException(
                $"{run.Path} has {known.Unseen.Count} held-out images, and the score of an image needs "
                + $"{ImageMemorisation.HeldOutNeighbours} like it. Give 'diagnose --against' another run in their place.");
        }

        int[] images = [.. Enumerable.Range(0, Math.Min(known.Seen.Count, options.ScoreImages))];
        ImageSet scored = known.Seen.Subset("scored", images);
        int held = Math.Min(known.Unseen.Count, Math.Max(options.ScoreImages, ImageMemorisation.HeldOutNeighbours + 1));
        ImageSet unseen = known.Unseen.Subset("unseen", [.. Enumerable.Range(0, held)]);
        var views = new ScoredViews(session, options, scored.Count + unseen.Count, progress, cancellation);
        using var scope = NewDisposeScope();
        using SslMethod encoder = session.CreateMethod();
        run.Checkpoints.Load(encoder);
        IReadOnlyDictionary<string, Tensor> of = views.Of(encoder, session.Augmenter, scored);
        IReadOnlyDictionary<string, Tensor> others = views.Of(encoder, session.Augmenter, unseen);
        LayerScores[] layers =
        [
            .. from layer in LayerNames.All
               let scores = ImageMemorisation.HeldOut(of[layer], others[layer])
               select new LayerScores(layer, scores.Seen, scores.Unseen),
        ];
        var found = new ImageScores(images, scored.Paths, known.Seen.Count, layers, []) { ByHeldOut = true };
        run.SaveScores(Kept(found, scored, session, null, EncoderState.Checksum(encoder.state_dict())));
        return found;
    }

    /// <summary>The scores as the report shows them: with pictures of the images at both ends of each layer, and of their views.</summary>
    private static ScoredImages Kept(ImageScores scores, ImageSet scored, Session session, string? against, string weights)
    {
        ScoredLayer[] layers =
        [
            .. scores.Layers.Select(
                layer => new ScoredLayer(layer.Layer, [.. layer.Scores.Select(score => (float)score)], layer.UnseenMean)
                {
                    Auc = layer.Auc, AucChance = layer.AucChance,
                }),
        ];
        IEnumerable<int> Ends(ScoredLayer layer) => layer.Most.Take(ShownAtEachEnd).Concat(layer.Least.Take(ShownAtEachEnd));
        int[] shown = [.. layers.SelectMany(Ends).Distinct().Order()];
        ulong seed = ScoredViews.Seed(session);
        return new ScoredImages(
            weights, scores.Images,
            [.. Enumerable.Range(0, scored.Count).Select(i => scored.Paths?[i] ?? $"image {scored.Items?[i] ?? scores.Images[i]}")], layers)
        {
            Against = against,
            Shown = shown,
            Views = ShownViews,
            Thumbnails = Thumbnails.Of(shown.Length * (1 + ShownViews), place =>
            {
                (int image, int view) = (shown[place / (1 + ShownViews)], (place % (1 + ShownViews)) - 1);
                return Thumbnails.Small(
                    view < 0
                        ? ViewPreview.Plain(session.Augmenter, scored[image])
                        : ViewPreview.Random(session.Augmenter, scored[image], RandomStream.Derive(seed, (ulong)image, (ulong)view)),
                    shown.Length);
            }),
        };
    }

    private static HashSet<UInt128> Pixels(ImageSet images) =>
        [.. Enumerable.Range(0, images.Count).Select(i => Fingerprint.OfPixels(images[i]))];

    private static IReadOnlyList<string> Differences(RunDirectory run, RunDirectory other, Session session, Session without)
    {
        // What these differ in is said elsewhere, or decides no encoder.
        static JsonObject Decisive(RunOptions asked) => RunFiles.ToJson(asked with { Data = new(), Evaluation = new(), Seed = 0 });
        JsonObject options = Decisive(session.Options), others = Decisive(without.Options);
        RunKind kind = run.LoadManifest().Kind, otherKind = other.LoadManifest().Kind;
        return
        [
            .. options.Select(section => section.Key).Where(name => !JsonNode.DeepEquals(options[name], others[name])),
            .. kind == otherKind ? Array
                .Empty<string>() : [$"kind ({kind.ToString().ToLowerInvariant()} against {otherKind.ToString().ToLowerInvariant()})"],
        ];
    }
}
