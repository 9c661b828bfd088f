using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>The map of images.</summary>
internal sealed record MapOptions : OptionRecord
{
    /// <summary>
    /// Draw the map of the first run's images anew, which reads them and takes minutes for thousands: of so many, half trained on, half
    /// not; fewer where there are fewer. [the map that was drawn last]
    /// </summary>
    [Limit(AtLeast = 20, AtMost = 20_000, Unit = "images", Zero = "for a page without a map")]
    public int? MapImages { get; init; }
}
