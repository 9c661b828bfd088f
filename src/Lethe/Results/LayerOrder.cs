using Lethe.Models;

namespace Lethe.Results;

/// <summary>The layers of an encoder in the order in which an image passes them.</summary>
internal static class LayerOrder
{
    private static readonly List<string> known = [LayerNames.Pixels, .. LayerNames.All];

    /// <summary>Known layers from early to late, then the others in the order given; each once, without <c>run</c>.</summary>
    public static IReadOnlyList<string> Sort(IEnumerable<string> layers) =>
        [
            .. layers.Where(layer => layer != Diagnostics.Measure.Run).Distinct().OrderBy(
                layer => known.IndexOf(layer) is var rank and >= 0 ? rank : known.Count),
        ];

    /// <summary>The last layer of the encoder: what is used when training is over. The projector serves the loss only.</summary>
    public static string? Last(IReadOnlyList<string> sorted) => sorted.LastOrDefault(layer => layer != LayerNames.Projector);

    /// <summary>The early layer to hold against the last: the split of UMM, else the middle of the encoder.</summary>
    public static string? Early(IReadOnlyList<string> sorted, string? split)
    {
        string? last = Last(sorted);
        string[] candidates = [.. sorted.Where(layer => layer is not (LayerNames.Projector or LayerNames.Pixels) && layer != last)];
        return candidates.Contains(split) ? split : candidates.ElementAtOrDefault(candidates.Length / 2);
    }
}
