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
    /// The graph's input: floats ([N, C, S, S], values 0 to 1, red, green, blue) or bytes ([N, S, S, C], as decoders give them).
    /// </summary>
    [OneOf("floats", Bytes)]
    public string Input { get; init; } = "floats";

    /// <summary>
    /// The layer whose features the graph gives. all: one output per layer. auto: the best by the labels of the run, or the
    /// classifier's own.
    /// </summary>
    [OneOf(typeof(OnnxExportOptions), nameof(Layers))]
    public string Layer { get; init; } = LayerNames.Last;

    /// <summary>
    /// Whitens the features within the graph (ZCA), with their mean and covariance on the run's training images, which are read again.
    /// </summary>
    public bool Whiten { get; init; }

    /// <summary>
    /// ε in (1 − ε)·covariance + ε·(mean variance)·I, for --whiten. A larger ε stretches rare directions less.
    /// </summary>
    [Limit(Above = 0, AtMost = 1)]
    public double WhitenEpsilon { get; init; } = 1e-3;

    IEnumerable<string> IConflicting.Conflicts()
    {
        if (Whiten && Layer == AllLayers)
            yield return "--whiten needs one layer, as --layer layer4; found --layer all.";
    }
}
