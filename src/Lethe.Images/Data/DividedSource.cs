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
        LoadedImages loaded = Source.Load([.. Division.Train, .. Division.Probe, .. Division.Test], Options, progress, cancel);
        int train = Division.Train.Length, probe = Division.Probe.Length;
        ImageSet trainSet = Part("train", Division.Train, loaded, 0, least: 2);
        ImageSet probeSet = Part("probe", Division.Probe, loaded, train, least: Division.Probe.Length == 0 ? 0 : 1);
        ImageSet testSet = Part("test", Division.Test, loaded, train + probe, least: 1);
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
            Sealed = Division.Sealed.Length == 0 ? null : new SealedPart(
                Source, Division.Sealed, (told, stop) => Unsealed(loaded.ImageSize, range, told, stop)),
            Groups = Groups is null ? [] : new[] { Division.Train, Division.Probe, Division.Test, Division.Sealed }
                .SelectMany(items => items)
                .Where(item => Groups.Names.ContainsKey(Groups.Of[item])).ToDictionary(item => item, item => Groups.Names[Groups.Of[item]]),
        };
        return (splits, Source.Kind, loaded.Sizes);
    }

    // With the size and the range of the other parts. A cache that was made for them stays as it is.
    private ImageSet Unsealed(int imageSize, IntensityRange range, IProgress<DataProgress>? progress, CancellationToken cancel) => Part(
        "sealed", Division.Sealed,
        Source.Load(Division.Sealed, Options with { Cache = null, ImageSize = imageSize }, progress, cancel), 0, least: 1).Within(range);

    private ImageSet Part(string name, int[] items, LoadedImages loaded, int first, int least)
    {
        var good = new List<Image>(items.Length);
        var goodItems = new List<int>(items.Length);
        for (int i = 0; i < items.Length; i++)
        {
            if (loaded.Images[first + i] is not { } image)
                continue;
            good.Add(image);
            goodItems.Add(items[i]);
        }

        if (good.Count < least)
        {
            throw new DataException(
                $"Of the {name} part of '{Options.Data}', {good.Count} of {items.Length} images could be read; expected at least "
                + $"{least}. Skipped: {string.Join("; ", loaded.SkippedFiles)}");
        }

        return new ImageSet(
            name,
            good,
            Source.Labels is null ? null : [.. goodItems.Select(item => Source.Labels[item])],
            Source.ClassNames,
            Source.Paths is null ? null : [.. goodItems.Select(item => Source.Paths[item])])
        {
            Items = goodItems,
        };
    }
}
