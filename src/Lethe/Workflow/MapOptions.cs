using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>The map of images.</summary>
internal sealed record MapOptions : OptionRecord
{
    /// <summary>
    /// Draw the map of the first run anew, with so many images, half of them trained on. It reads the images and takes minutes for
    /// thousands. [the map that was drawn last]
    /// </summary>
    [Limit(AtLeast = 20, AtMost = 20_000, Unit = "images", Zero = "for a page without a map")]
    public int? MapImages { get; init; }
}
