using Lethe.Models;
using Lethe.Runtime;

namespace Lethe.Methods;

/// <summary>What a method says of itself, so that it can be chosen by name and listed.</summary>
public sealed record MethodEntry
{
    /// <summary>As in <c>--method</c>.</summary>
    public required string Name { get; init; }

    /// <summary>As in reports.</summary>
    public required string Title { get; init; }

    /// <summary>The idea in a few words.</summary>
    public required string Summary { get; init; }

    /// <summary>First author, year, arXiv number.</summary>
    public required string Source { get; init; }

    /// <summary>What it needs beside a backbone and a projector, and where it fails without.</summary>
    public required string Needs { get; init; }

    /// <summary>Time of a training step over that of SimCLR, as measured; docs/results/methods.md says how.</summary>
    public required double RelativeCost { get; init; }

    /// <summary>What to try when the embeddings collapse.</summary>
    public required string AgainstCollapse { get; init; }

    /// <summary>A record of its options with the defaults; its type is what <see cref="Create"/> takes.</summary>
    public required MethodOptions DefaultOptions { get; init; }

    /// <summary>Makes the method from its options and a backbone.</summary>
    public required Func<MethodOptions, ResNet, SslMethod> Create { get; init; }

    /// <summary>The fewest images of a batch that the method can be trained on with its options.</summary>
    public Func<MethodOptions, int> SmallestBatch { get; init; } = _ => 2;

    /// <summary>Refuses a batch that is too small, before long work starts.</summary>
    /// <param name="options">The method's options.</param>
    /// <param name="batchSize">Images of a batch.</param>
    /// <exception cref="InvalidOptionException">The batch is too small.</exception>
    public void RequireBatch(MethodOptions options, int batchSize)
    {
        if (batchSize < SmallestBatch(options))
            throw new InvalidOptionException($"--batch-size {batchSize} is too small for {Title}, which needs {Needs}: at least {SmallestBatch(options)} with its options. Raise it, or see 'lethe methods {Name}'.");
    }

    /// <summary>Whether it can use small local views beside the two full-size ones.</summary>
    public bool TakesLocalViews { get; init; }
}
