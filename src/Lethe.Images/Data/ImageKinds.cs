using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Which channels and types of samples some images have, and how many of each.</summary>
internal sealed class ImageKinds
{
    private readonly Dictionary<(int Channels, SampleType Samples), (int Count, int First)> kinds = [];

    /// <summary>Counts an image.</summary>
    /// <param name="channels">Its channels.</param>
    /// <param name="samples">The type of its samples.</param>
    /// <param name="index">Which one it is; they come in order.</param>
    public void Add(int channels, SampleType samples, int index)
    {
        (int count, int first) = kinds.GetValueOrDefault((channels, samples), (0, index));
        kinds[(channels, samples)] = (count + 1, first);
    }

    /// <summary>
    /// The channels and samples that images of all these kinds can have: the deepest samples, and colour where any has it.
    /// </summary>
    /// <param name="nameOf">The name of an image, for errors.</param>
    /// <returns>1 channel where there is no image.</returns>
    /// <exception cref="DataException">There are none; the message counts what was found.</exception>
    public (int Channels, SampleType Samples) Common(Func<int, string> nameOf)
    {
        int[] channels = [.. kinds.Keys.Select(kind => kind.Channels).Distinct().Order()];
        if (channels.Length > 1 && channels is not [1, 3])
            throw Mixed("channels", kind => ImageConversion.Counted(kind.Channels), nameOf);
        SampleType[] samples = [.. kinds.Keys.Select(kind => kind.Samples).Distinct().Order()];
        if (samples.Length > 1 && samples[^1] == SampleType.Float32)
            throw Mixed("samples", kind => kind.Samples.Name(), nameOf);
        return (channels.LastOrDefault(1), samples.LastOrDefault());
    }

    private DataException Mixed(string what, Func<(int Channels, SampleType Samples), string> words, Func<int, string> nameOf)
    {
        IEnumerable<string> found = kinds.OrderBy(kind => kind.Value.First).GroupBy(kind => words(kind.Key), kind => kind.Value)
            .OrderByDescending(kind => kind.Sum(same => same.Count))
            .Select(kind => $"{kind.Sum(same => same.Count)} of {kind.Key}, as {nameOf(kind.First().First)}");
        return new DataException($"The images have different {what}: {string.Join("; ", found)}. Give a folder with images of one kind, or "
            + "convert the others.");
    }
}
