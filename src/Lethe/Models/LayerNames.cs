namespace Lethe.Models;

/// <summary>Names of the layers that are measured, in the order in which an image passes them. Nothing here loads torch.</summary>
internal static class LayerNames
{
    /// <summary>What enters a network: no layer, but what layers are held against.</summary>
    public const string Pixels = "pixels";

    /// <summary>Where the name of a layer is asked for: the best one, by what is known of the encoder.</summary>
    public const string Auto = "auto";

    /// <summary>The output of the projector, which serves the loss only.</summary>
    public const string Projector = "projector";

    /// <summary>The layers of a backbone: stem, layer1 to layer4.</summary>
    public static IReadOnlyList<string> Backbone { get; } =
        [.. Enum.GetValues<SplitPoint>().Where(at => at != SplitPoint.Input).Select(Of)];

    /// <summary>All layers.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Backbone, Projector];

    /// <summary>The last layer of a backbone.</summary>
    public static string Last => Backbone[^1];

    /// <summary>The name of a layer.</summary>
    public static string Of(SplitPoint layer) => layer.ToString().ToLowerInvariant();
}
