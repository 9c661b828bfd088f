namespace Lethe.Evaluation.Protocols;

/// <summary>What a protocol says of itself, so that it can be chosen by name and listed.</summary>
public sealed record ProtocolEntry
{
    /// <summary>As in <c>--protocol</c>.</summary>
    public required string Name { get; init; }

    /// <summary>As in reports.</summary>
    public required string Title { get; init; }

    /// <summary>What it asks of the encoder, in a few words.</summary>
    public required string Summary { get; init; }

    /// <summary>Which images it works on.</summary>
    public ProtocolImages Images { get; init; }

    /// <summary>Whether it works on another data set than the encoder's own, given as <c>--target</c>.</summary>
    public bool NeedsTarget => Images is ProtocolImages.Target or ProtocolImages.Domains;

    /// <summary>A record of its options with the defaults; its type is what <see cref="Create"/> takes.</summary>
    public required ProtocolOptions DefaultOptions { get; init; }

    /// <summary>Makes the protocol from its options.</summary>
    public required Func<ProtocolOptions, Protocol> Create { get; init; }
}
