using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>A source and which of its items go into which part, before an image is decoded.</summary>
/// <param name="Source">The source.</param>
/// <param name="Options">How it was opened.</param>
/// <param name="Groups">Which items stay together; null where each stands alone.</param>
/// <param name="Division">The parts.</param>
internal sealed record DividedSource(ImageSource Source, DataOptions Options, Grouping? Groups, Division Division)
{
    /// <summary>Decodes the images of the parts.</summary>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    /// <returns>The parts, what the source was recognised as, and the sizes of its images.</returns>
    /// <exception cref="DataException">The files are corrupt or too many for the memory.</exception>
    public (DataSplits Splits, string Kind, SizeRange Sizes) Load(IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        int train = Division.Train.Length, probe = Division.Probe.Length;
        int[] items = [.. Division.Train, .. Division.Probe, .. Division.Test];
        LoadedImages loaded = Source.Load(items, Options, progress, cancel);
        ImageSet trainSet = Part("train", items, ..train, loaded, least: 2);
        ImageSet probeSet = Part("probe", items, train..(train + probe), loaded, least: probe == 0 ? 0 : 1);
        ImageSet testSet = Part("test", items, (train + probe).., loaded, least: 1);
        string fingerprint = Fingerprint.Of(trainSet, probeSet, testSet);
        (IntensityRange range, string? notice) = RangeRule.Find(Options.Range, trainSet);
        var splits = new DataSplits(
            Options.Data, trainSet.Within(range), probeSet.Within(range), testSet.Within(range), loaded.ImageSize, fingerprint,
            loaded.SkippedFiles)
        {
            Notices =
            [
                .. Source.Notices, .. Groups?.Notices ?? [], .. Division.Notices, .. SharedImages.Find(trainSet, probeSet, testSet, cancel),
                .. loaded.Notices, .. notice is null ? [] : new[] { notice },
            ],
            Kind = Source.Kind, Sizes = loaded.Sizes, Found = Source.PoolCount + Source.TestCount,
            Sealed = Division.Sealed.Length == 0 ? null : Sealing(loaded.ImageSize, range),
            Groups = Groups?.Of is not { } groups ? [] : new[] { Division.Train, Division.Probe, Division.Test, Division.Sealed }
                .SelectMany(items => items)
                .Where(item => Groups.Names.ContainsKey(groups[item])).ToDictionary(item => item, item => Groups.Names[groups[item]]),
        };
        return (splits, Source.Kind, loaded.Sizes);
    }

    // With the size and the range of the other parts. A cache that was made for them stays as it is. Of this nothing else is kept for it:
    // not the division, and not the groups.
    private SealedPart Sealing(int imageSize, IntensityRange range)
    {
        (int[] items, ImageSource source) = (Division.Sealed, Source);
        DataOptions options = Options with { Cache = null, ImageSize = imageSize };
        return new SealedPart(source, items, (progress, cancel) =>
            PartOf(source, options, "sealed", items, .., source.Load(items, options, progress, cancel), least: 1).Within(range));
    }

    private ImageSet Part(string name, int[] items, Range part, LoadedImages loaded, int least) =>
        PartOf(Source, Options, name, items, part, loaded, least);

    // Of millions of images only the items are kept: the rest is looked up where it lies.
    private static ImageSet PartOf(
        ImageSource source, DataOptions options, string name, int[] items, Range part, LoadedImages loaded, int least)
    {
        (int first, int length) = part.GetOffsetAndLength(items.Length);
        IEnumerable<int> read = Enumerable.Range(first, length).Where(i => loaded.Images[i] is not null);
        int good = read.Count();
        if (good < least)
        {
            throw new DataException(
                $"Of the {name} part of '{options.Data}', {good} of {length} images could be read; expected at least "
                + $"{least}. Skipped: {string.Join("; ", loaded.SkippedFiles)}");
        }

        int[]? places = good == length ? null : [.. read];
        int Place(int i) => places is null ? first + i : places[i];
        LazyList<T> Of<T>(Func<int, T> at) => new(good, i => at(Place(i)));
        return new ImageSet(
            name,
            Of(place => loaded.Images[place]!.Value),
            source.Labels is { } labels ? Of(place => labels[items[place]]) : null,
            source.ClassNames,
            source.Paths is { } paths ? Of(place => paths[items[place]]) : null)
        {
            Items = Of(place => items[place]),
        };
    }
}
