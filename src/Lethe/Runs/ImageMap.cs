using System.Text.Json.Serialization;

namespace Lethe.Runs;

/// <summary>
/// Images as the layers of an encoder place them, in each of its states: what the map of the report shows. Numbers of many images are kept
/// as bytes, little-endian, which JSON and the page hold as base64.
/// </summary>
/// <param name="Fingerprint">That of the images, in the order in which they stand here.</param>
/// <param name="Seen">How many of them, the first ones, the encoder was trained on; no other was.</param>
/// <param name="Names">The file of each image, or its place in the source.</param>
/// <param name="Thumbnails">A small picture of each.</param>
internal sealed record ImageMap(string Fingerprint, int Seen, IReadOnlyList<string> Names, MapThumbnails Thumbnails)
{
    /// <summary>The format that is written and read.</summary>
    public const int CurrentFormat = 1;

    /// <summary>A label that says that there is none.</summary>
    public const int NoLabel = ushort.MaxValue;

    /// <summary>What a column of scores is called that rest on one run and its held-out images; those of a second run are SSLMem.</summary>
    public const string HeldOutScore = "held-out score";

    /// <summary>The format of this map.</summary>
    public int FormatVersion { get; init; } = CurrentFormat;

    /// <summary>Names of the classes; none where there are no labels.</summary>
    public IReadOnlyList<string> Classes { get; init; } = [];

    /// <summary>The class of each image, 16 bits each; null where there are no labels.</summary>
    public byte[]? Labels { get; init; }

    /// <summary>What is known of each image beside where it lies.</summary>
    public IReadOnlyList<MapColumn> Columns { get; init; } = [];

    /// <summary>Pairs of an image trained on and an unseen one that are equal or nearly so.</summary>
    public IReadOnlyList<int[]> Copies { get; init; } = [];

    /// <summary>The states of the encoder: untrained, before, and control and UMM of one undo where there is one.</summary>
    public IReadOnlyList<MapState> States { get; init; } = [];

    /// <summary>
    /// The agreement by the pixels themselves, less the mean image: what any encoder must beat. Null without labels.
    /// </summary>
    public double? PixelAgreement { get; init; }

    /// <summary>How many images there are.</summary>
    [JsonIgnore]
    public int Count => Names.Count;

    /// <summary>The images that are asked where all would take too long, evenly spaced: at most a thousand.</summary>
    [JsonIgnore]
    public IReadOnlyList<int> Asked
    {
        get
        {
            int asked = Math.Min(Count, 1000);
            return [.. Enumerable.Range(0, asked).Select(i => (int)((long)i * Count / asked))];
        }
    }

    /// <summary>The share of the nearest images that have the class of the image that they are near to, over <see cref="Asked"/>.</summary>
    /// <param name="neighbours">The nearest of an image.</param>
    /// <returns>A number in [0, 1]; null without labels.</returns>
    public double? Agreement(Func<int, IEnumerable<int>> neighbours)
    {
        if (Labels is null)
            return null;
        int[] labels = MapNumbers.Whole(Labels);
        int[] asked = [.. Asked.Where(i => labels[i] != NoLabel)];
        return asked.Length == 0 ? null : asked.Average(i => neighbours(i).Average(j => labels[j] == labels[i] ? 1.0 : 0));
    }

    /// <summary>The same of a layer.</summary>
    public double? Agreement(MapLayer layer)
    {
        int[] near = MapNumbers.Whole(layer.Neighbours);
        return Agreement(i => near.Skip(i * layer.Near).Take(layer.Near));
    }

    /// <summary>Whether all lists are as long as they must be, so that a page can take them as they are.</summary>
    [JsonIgnore]
    public bool IsWhole =>
        Seen <= Count && (Labels is null || Labels.Length == 2 * Count)
        && Columns.All(column => column.Values.Length == 4 * Count)
        && Copies.All(pair => pair is [>= 0, >= 0] && pair[0] < Seen && pair[1] < Count)
        && States.SelectMany(state => state.Layers).All(layer =>
            layer.Neighbours.Length == 2 * Count * layer.Near && layer.Distances.Length == 2 * Count && layer.Pictures.Count > 0
            && layer.Pictures.All(picture => picture.Points.Length == 4 * Count));
}
