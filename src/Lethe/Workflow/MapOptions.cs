using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>The map of images.</summary>
internal sealed record MapOptions : OptionRecord, IConflicting
{
    /// <summary>
    /// Draw the map of the first run anew with N images, half of them trained on. Reads the images; thousands take minutes. [keep the
    /// existing map]
    /// </summary>
    [Limit(AtLeast = 20, AtMost = 20_000, Unit = "images", Zero = "for a page without a map")]
    public int? MapImages { get; init; }

    /// <summary>
    /// A table of your own (.csv or .tsv) whose columns of numbers colour the map: a header line with path among its titles, and a row
    /// for each image. Images without a row stay grey. [none]
    /// </summary>
    public string? MapColumns { get; init; }

    IEnumerable<string> IConflicting.Conflicts()
    {
        if (MapImages == 0 && MapColumns is not null)
            yield return "--map-columns colours the map, which --map-images 0 leaves out. Leave one of them out.";
    }
}
