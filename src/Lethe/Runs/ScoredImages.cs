using System.Text.Json.Serialization;

namespace Lethe.Runs;

/// <summary>How far a state of an encoder has memorised single images, as it was last scored.</summary>
/// <param name="Weights">Checksum of the weights that were scored.</param>
/// <param name="Images">The images: places in the training part.</param>
/// <param name="Names">The file of each, or its place in the source.</param>
/// <param name="Layers">Their scores, early to late.</param>
internal sealed record ScoredImages(
    string Weights, IReadOnlyList<int> Images, IReadOnlyList<string> Names, IReadOnlyList<ScoredLayer> Layers)
{
    /// <summary>The run without them; null where the scores rest on the run's own held-out images.</summary>
    public string? Against { get; init; }

    /// <summary>The images that have pictures: places in <see cref="Images"/>.</summary>
    public IReadOnlyList<int> Shown { get; init; } = [];

    /// <summary>Views of each that have pictures, which come after that of the image itself.</summary>
    public int Views { get; init; }

    /// <summary>The pictures of the shown images, each with its views.</summary>
    public MapThumbnails Thumbnails { get; init; } = new(1, 1, 1, []);

    /// <summary>Whether the lists belong together.</summary>
    [JsonIgnore]
    public bool IsWhole => Names.Count == Images.Count && Layers.Count > 0
        && Layers.All(layer => layer.Scores.Count == Images.Count) && Shown.All(place => place >= 0 && place < Images.Count);
}
