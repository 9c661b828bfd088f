using Lethe.Runtime;

namespace Lethe.Evaluation.Protocols;

/// <summary>What a protocol says of itself, so that it can be chosen by name and listed.</summary>
/// <remarks>Made as a <see cref="ProtocolEntry{TOptions}"/>; programs add their own by <see cref="ProtocolRegistry.Add"/>.</remarks>
public abstract record ProtocolEntry
{
    private protected ProtocolEntry()
    {
    }

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

    /// <summary>A record of its options with the defaults.</summary>
    public abstract ProtocolOptions DefaultOptions { get; }

    /// <summary>Makes the protocol.</summary>
    /// <param name="options">Its options, of the type of <see cref="DefaultOptions"/>.</param>
    /// <returns>The protocol.</returns>
    /// <exception cref="Runtime.InvalidOptionException">The options are another protocol's, or cannot be used.</exception>
    public abstract Protocol Create(ProtocolOptions options);
}

/// <summary>What a protocol with options of its own says of itself.</summary>
/// <typeparam name="TOptions">The protocol's options.</typeparam>
public sealed record ProtocolEntry<TOptions> : ProtocolEntry
    where TOptions : ProtocolOptions
{
    /// <summary>The options with their defaults.</summary>
    public required TOptions Defaults { get; init; }

    /// <summary>Makes the protocol from its options.</summary>
    public required Func<TOptions, Protocol> Build { get; init; }

    /// <inheritdoc/>
    public override ProtocolOptions DefaultOptions => Defaults;

    /// <inheritdoc/>
    public override Protocol Create(ProtocolOptions options) => Build(options as TOptions
        ?? throw new InvalidOptionException($"Protocol '{Name}' takes {typeof(TOptions).Name}, found {options.GetType().Name}."));
}
