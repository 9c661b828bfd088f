using Lethe.Models;
using Lethe.Runtime;

namespace Lethe.Methods;

/// <summary>What a method says of itself, so that it can be chosen by name and listed.</summary>
/// <remarks>Made as a <see cref="MethodEntry{TOptions}"/>; programs add their own by <see cref="MethodRegistry.Add"/>.</remarks>
public abstract record MethodEntry
{
    private protected MethodEntry()
    {
    }

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

    /// <summary>Whether it can use small local views beside the two full-size ones.</summary>
    public bool TakesLocalViews { get; init; }

    /// <summary>Whether it learns from labels, as a control does.</summary>
    public abstract bool TakesLabels { get; }

    /// <summary>A record of its options with the defaults.</summary>
    public abstract MethodOptions DefaultOptions { get; }

    /// <summary>Makes the method.</summary>
    /// <param name="options">Its options, of the type of <see cref="DefaultOptions"/>.</param>
    /// <param name="backbone">The network to train; the method disposes it.</param>
    /// <returns>The method, with fresh heads from torch's generator.</returns>
    /// <exception cref="InvalidOptionException">The options are another method's, or cannot be used.</exception>
    public abstract SslMethod Create(MethodOptions options, ResNet backbone);

    /// <summary>The fewest images of a batch that it can be trained on.</summary>
    /// <param name="options">Its options, of the type of <see cref="DefaultOptions"/>.</param>
    /// <returns>At least 2.</returns>
    /// <exception cref="InvalidOptionException">The options are another method's.</exception>
    public abstract int SmallestBatch(MethodOptions options);

    /// <summary>Options with what was left open (0) chosen for the images that there are.</summary>
    /// <param name="options">Its options, of the type of <see cref="DefaultOptions"/>.</param>
    /// <param name="size">What it is trained on.</param>
    /// <returns>Options that leave nothing open; what was given stays.</returns>
    /// <exception cref="InvalidOptionException">The options are another method's.</exception>
    public abstract MethodOptions Fit(MethodOptions options, TrainingSize size);

    /// <summary>What its options lack on the images that there are, though it can be trained.</summary>
    /// <param name="options">Its options, with nothing left open.</param>
    /// <param name="size">What it is trained on.</param>
    /// <returns>Sentences, each with what to do; none where all is well.</returns>
    /// <exception cref="InvalidOptionException">The options are another method's.</exception>
    public abstract IReadOnlyList<string> Advise(MethodOptions options, TrainingSize size);

    /// <summary>Its options for images of so many classes; those of a method without labels are as they were.</summary>
    internal abstract MethodOptions ForClasses(MethodOptions options, int classes);

    /// <summary>Refuses a batch that is too small, before long work starts.</summary>
    /// <param name="options">The method's options.</param>
    /// <param name="batchSize">Images of a batch.</param>
    /// <exception cref="InvalidOptionException">The batch is too small.</exception>
    public void RequireBatch(MethodOptions options, int batchSize)
    {
        if (batchSize < SmallestBatch(options))
            throw new InvalidOptionException($"--batch-size {batchSize} is too small for {Title}, which needs {Needs}: at least "
                + $"{SmallestBatch(options)} with its options. Raise it, or see 'lethe methods {Name}'.");
    }
}

/// <summary>What a method with options of its own says of itself.</summary>
/// <typeparam name="TOptions">The method's options.</typeparam>
public sealed record MethodEntry<TOptions> : MethodEntry
    where TOptions : MethodOptions
{
    /// <summary>The options with their defaults.</summary>
    public required TOptions Defaults { get; init; }

    /// <summary>Makes the method from its options and the network to train.</summary>
    public required Func<TOptions, ResNet, SslMethod> Build { get; init; }

    /// <summary>Puts the number of classes into the options; set for a method that learns from labels.</summary>
    public Func<TOptions, int, TOptions>? WithClasses { get; init; }

    /// <summary>The fewest images of a batch, where the options ask for more than two.</summary>
    public Func<TOptions, int> FewestImages { get; init; } = _ => 2;

    /// <summary>Fills options that were left open for what is trained on, where there are any.</summary>
    public Func<TOptions, TrainingSize, TOptions> Filled { get; init; } = (options, _) => options;

    /// <summary>Says what the options lack on what is trained on, with what to do.</summary>
    public Func<TOptions, TrainingSize, IEnumerable<string>> Advice { get; init; } = (_, _) => [];

    /// <inheritdoc/>
    public override MethodOptions DefaultOptions => Defaults;

    /// <inheritdoc/>
    public override SslMethod Create(MethodOptions options, ResNet backbone) => Build(Own(options), backbone);

    /// <inheritdoc/>
    public override int SmallestBatch(MethodOptions options) => FewestImages(Own(options));

    /// <inheritdoc/>
    public override MethodOptions Fit(MethodOptions options, TrainingSize size) => Filled(Own(options), size);

    /// <inheritdoc/>
    public override IReadOnlyList<string> Advise(MethodOptions options, TrainingSize size) => [.. Advice(Own(options), size)];

    /// <inheritdoc/>
    public override bool TakesLabels => WithClasses is not null;

    internal override MethodOptions ForClasses(MethodOptions options, int classes) => WithClasses?.Invoke(Own(options), classes) ?? options;

    private TOptions Own(MethodOptions options) => options as TOptions
        ?? throw new InvalidOptionException($"Method '{Name}' takes {typeof(TOptions).Name}, found {options.GetType().Name}.");
}
