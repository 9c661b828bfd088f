using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Numerics;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Storage;
using static TorchSharp.torch;

namespace Lethe.Workflow;

/// <summary>
/// Draws the map of a run's images: where each layer of each state of the encoder places images that it was trained on and images that it
/// was not. These are the probe images, which people may choose by: neither test images nor sealed ones are looked at, so that a map is no
/// look that would have to be counted.
/// </summary>
internal static class MapDrawing
{
    /// <summary>Images of a map, if nothing else is asked for.</summary>
    public const int UsualImages = 2000;

    /// <summary>Nearest images of each that are kept.</summary>
    public const int Near = 10;

    // Of fewer images nobody needs a map.
    private const int FewestImages = 20;
    private const ulong Placing = 0x4D6170;

    /// <summary>
    /// Draws the map and keeps it in the run; states whose weights and images are those of the kept one stay as they are.
    /// </summary>
    /// <param name="run">A pre-training.</param>
    /// <param name="session">The run's session.</param>
    /// <param name="images">The most images.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two layers.</param>
    /// <exception cref="Lethe.Runtime.RunException">A checkpoint cannot be used, or the map cannot be written.</exception>
    public static void Draw(
        RunDirectory run, Session session, int images, IProgress<WorkflowProgress>? progress, CancellationToken cancellation)
    {
        using DirectoryLock held = DirectoryLock.Acquire(run.Path);
        (ImageSet shown, int seen) = Images(session.Data, images);
        if (shown.Count < FewestImages)
            return;
        string fingerprint = Fingerprint.Of(shown);
        ImageMap? old = run.LoadMap();
        old = old?.Fingerprint == fingerprint && old.Seen == seen ? old : null;
        string? undo = ReportModel.Load([run.Path]).Groups[0].FirstUndo;
        using SslMethod method = session.CreateMethod();
        IReadOnlyList<EvaluatedState> states = EvaluatedState.Of(run, session, method, undos: undo is null ? [] : [undo]);
        var drawn = new List<MapState>();
        foreach (EvaluatedState state in states)
        {
            using EncoderState encoder = state.Load();
            string? belongs = state.Stage is EvaluationStage.Control or EvaluationStage.Umm ? undo : null;
            MapState? kept = old?.States.FirstOrDefault(
                one => (one.Stage, one.Undo, one.Weights) == (state.Stage, belongs, encoder.Weights));
            string what = $"the map of {shown.Count} images, {state.Words}";
            progress?.Report(new WorkflowProgress("drawing", drawn.Count, states.Count, what));
            drawn.Add(kept ?? new MapState(state.Stage, encoder.Weights, Layers(encoder, shown, drawn, session, cancellation))
            {
                Undo = belongs,
            });
        }

        if (old is not null && old.States.SequenceEqual(drawn))
            return;
        run.SaveMap(Described(shown, seen, fingerprint, session.Augmenter, cancellation) with { States = drawn });
    }

    /// <summary>The first images of the parts, whose order is random: of each half, or of one what the other lacks.</summary>
    internal static (ImageSet Images, int Seen) Images(DataSplits data, int most)
    {
        var known = EvaluatedImages.InTraining(data);
        most = Math.Min(most, MapNumbers.Most);
        int unseen = Math.Min(known.Unseen.Count, Math.Max(most / 2, most - known.Seen.Count));
        int seen = Math.Min(known.Seen.Count, most - unseen);
        ImageSet First(ImageSet part, int count) => part.Subset(part.Name, [.. Enumerable.Range(0, count)]);
        return (First(known.Seen, seen).Join("map", First(known.Unseen, unseen)), seen);
    }

    private static MapLayer[] Layers(
        EncoderState encoder, ImageSet images, List<MapState> drawn, Session session, CancellationToken cancellation)
    {
        IReadOnlyDictionary<string, Tensor> features = encoder.Features(images, cancellation);

        // What comes after pre-training begins where that ended, so that what moves is what has changed.
        MapState? reference = drawn.LastOrDefault(state => state.Stage == EvaluationStage.Before) ?? drawn.LastOrDefault();
        string[] names = [.. encoder.Layers];
        NearestNeighbours[] near = new NearestNeighbours[names.Length];
        (float[,] Points, double Explained)[] planes = new (float[,], double)[names.Length];
        for (int i = 0; i < names.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            near[i] = KnnProbe.Others(features[names[i]], NeighbourEmbedding.Neighbours);
            planes[i] = PrincipalPlane.Of(features[names[i]]);
            if (Reference(names[i], MapPicture.Components) is { } onto)
                planes[i].Points = PlaneAlignment.Of(planes[i].Points, onto);
        }

        float[,]?[] embedded = new float[,]?[names.Length];
        if (images.Count >= NeighbourEmbedding.FewestRows)
        {
            var threads = new ParallelOptions
            {
                MaxDegreeOfParallelism = session.Machine.ThreadCount(), CancellationToken = cancellation,
            };
            Parallel.For(0, names.Length, threads, i =>
            {
                float[,]? onto = Reference(names[i], MapPicture.Neighbours);
                bool goesOn = onto is not null && reference!.Stage == EvaluationStage.Before;
                float[,] points = NeighbourEmbedding.Of(
                    near[i], goesOn ? onto! : planes[i].Points, RandomStream.Derive(Placing, session.Options.Seed));
                embedded[i] = onto is null ? points : PlaneAlignment.Of(points, onto);
            });
        }

        return
        [
            .. names.Select((name, i) => new MapLayer(
                name, (int)features[name].size(1), Math.Min(Near, near[i].Count),
                MapNumbers.Whole(Rows(near[i]).SelectMany(row => row.Select(j => near[i].Indices[row.Key, j]))),
                MapNumbers.Distances(Rows(near[i]).Select(row => row.Average(j => 1.0 - near[i].Similarities[row.Key, j]))),
                [
                    Picture(MapPicture.Components, features[name], planes[i].Points, planes[i].Explained),
                    .. embedded[i] is { } points ? (MapPicture[])[Picture(MapPicture.Neighbours, features[name], points, null)] : [],
                ])),
        ];

        float[,]? Reference(string layer, string projection) =>
            reference?.Layers.FirstOrDefault(one => one.Layer == layer)?.Pictures.FirstOrDefault(one => one.Projection == projection)
                is { } picture ? MapNumbers.Points(picture.Points) : null;
    }

    private static MapPicture Picture(string projection, Tensor features, float[,] points, double? explained) =>
        new(projection, MapNumbers.Points(points), Trustworthiness.Of(features, points)) { Explained = explained };

    private static IEnumerable<IGrouping<int, int>> Rows(NearestNeighbours near) =>
        from row in Enumerable.Range(0, near.Queries)
        from j in Enumerable.Range(0, Math.Min(Near, near.Count))
        group j by row;

    private static ImageMap Described(
        ImageSet images, int seen, string fingerprint, ViewAugmenter augmenter, CancellationToken cancellation)
    {
        var descriptors = new ImageDescriptors(images.Count);
        Image[] views = new Image[images.Count];
        var contents = new UInt128[images.Count];
        float[] brightness = new float[images.Count], contrast = new float[images.Count];
        Parallel.For(0, images.Count, i =>
        {
            views[i] = Thumbnails.Small(ViewPreview.Plain(augmenter, images[i]), images.Count);
            contents[i] = Fingerprint.OfPixels(images[i]);
            descriptors.Set(i, images[i]);
            double mean = 0, squares = 0;
            foreach (byte level in views[i].Pixels.Span)
                (mean, squares) = (mean + level, squares + (level * level));
            int count = views[i].Pixels.Length;
            mean /= count;
            brightness[i] = (float)(mean / byte.MaxValue);
            contrast[i] = (float)(Math.Sqrt(Math.Max(0, (squares / count) - (mean * mean))) / byte.MaxValue);
        });
        var joined = new DisjointSets(images.Count);
        joined.Join(contents);
        descriptors.Join(joined, Enumerable.Range(0, images.Count).Where(i => joined.Find(i) == i), cancellation);
        var map = new ImageMap(
            fingerprint, seen,
            [.. Enumerable.Range(0, images.Count).Select(i => images.Paths?[i] ?? $"image {images.Items?[i] ?? i}")],
            Thumbnails.Of(images.Count, i => views[i]))
        {
            Classes = images.ClassNames ?? [],
            Labels = images.Labels is { } labels ? MapNumbers.Whole(labels.Select(label => label < 0 ? ImageMap.NoLabel : label)) : null,
            Columns =
            [
                new("brightness", "the mean of all pixels, from 0, black, to 1, white", MapNumbers.Single(brightness)),
                new("contrast", "the standard deviation of all pixels, from 0, one grey, to ½", MapNumbers.Single(contrast)),
            ],
            Copies = [.. from i in Enumerable.Range(seen, images.Count - seen)
                         let first = joined.Find(i)
                         where first < seen
                         select new[] { first, i }],
        };
        return map.Labels is null ? map : map with { PixelAgreement = ByPixels(map, views) };
    }

    private static double? ByPixels(ImageMap map, Image[] views)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        int pixels = views[0].Pixels.Length;
        float[] all = new float[(long)views.Length * pixels];
        for (int i = 0; i < views.Length; i++)
        {
            ReadOnlySpan<byte> levels = views[i].Pixels.Span;
            for (int j = 0; j < pixels; j++)
                all[((long)i * pixels) + j] = levels[j];
        }

        Tensor rows = tensor(all, [views.Length, pixels]);
        rows -= rows.mean([0], keepdim: true);
        IReadOnlyList<int> asked = map.Asked;
        Tensor queries = rows.index_select(0, tensor([.. asked.Select(i => (long)i)]));
        NearestNeighbours near = KnnProbe.Neighbours(rows, queries, Math.Min(Near, views.Length - 1) + 1);
        Dictionary<int, int> places = asked.Index().ToDictionary(one => one.Item, one => one.Index);
        return map.Agreement(i => Enumerable.Range(0, near.Count).Select(j => near.Indices[places[i], j]).Where(j => j != i).Take(Near));
    }
}
