namespace Lethe.Results;

/// <summary>What a <see cref="Comparison"/> is to show.</summary>
internal sealed record ComparisonOptions
{
    /// <summary>The layer; null is the last one of the backbone.</summary>
    public string? Layer { get; init; }

    /// <summary>Shows all layers; excludes <see cref="Layer"/>.</summary>
    public bool EveryLayer { get; init; }

    /// <summary>
    /// Name of the entrant that all others are held against; null holds each undo against its control and against the encoder before it.
    /// </summary>
    public string? Baseline { get; init; }

    /// <summary>Names of the undos to show, with their controls; null shows all.</summary>
    public IReadOnlyList<string>? Undos { get; init; }
}
