using Lethe.Models;
using Lethe.Runtime;

namespace Lethe.Interchange;

/// <summary>What an exported graph takes and gives.</summary>
internal sealed record OnnxExportOptions : OptionRecord, IConflicting
{
    /// <summary>The value of <see cref="Layer"/> that asks for every layer.</summary>
    public const string AllLayers = "all";

    /// <summary>The value of <see cref="Input"/> for bytes.</summary>
    public const string Bytes = "bytes";

    /// <summary>Values that <see cref="Layer"/> can have.</summary>
    internal static IReadOnlyList<string> Layers { get; } = [.. LayerNames.All, AllLayers, LayerNames.Auto];

    /// <summary>
    /// What the graph takes: floats ([N, C, S, S], values 0 to 1, red, green, blue) or bytes ([N, S, S, C], as decoders give them).
    /// </summary>
    [OneOf("floats", Bytes)]
    public string Input { get; init; } = "floats";

    /// <summary>
    /// The layer whose features the graph gives; all gives one output for each, auto takes the best by the labels of the run, or the
    /// classifier's own.
    /// </summary>
    [OneOf(typeof(OnnxExportOptions), nameof(Layers))]
    public string Layer { get; init; } = LayerNames.Last;

    /// <summary>
    /// Whitens the features within the graph (ZCA), by mean and covariance of those of the run's training images, which are read again.
    /// </summary>
    public bool Whiten { get; init; }

    /// <summary>
    /// How much of the covariance is taken for spherical, ε in (1 − ε)·covariance + ε·(mean variance)·I: what --whiten may stretch rare
    /// directions by.
    /// </summary>
    [Limit(Above = 0, AtMost = 1)]
    public double WhitenEpsilon { get; init; } = 1e-3;

    IEnumerable<string> IConflicting.Conflicts()
    {
        if (Whiten && Layer == AllLayers)
            yield return "--whiten needs one layer, as --layer layer4; found --layer all.";
    }
}
