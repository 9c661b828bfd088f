using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>
/// W-MSE: embeddings are whitened, so that they cannot collapse, and then the views agree (Ermolov 2021, 2007.06346).
/// </summary>
/// <remarks>
/// <para>loss = 2 − 2/N Σ_i cos(w¹_i, w²_i), w = L⁻¹(z − mean) in each sub-batch, LLᵀ = (1 − ε)S + εI</para>
/// <para>
/// S: covariance of a sub-batch of one view, over its rows less one; ε: <see cref="WmseOptions.WhiteningEpsilon"/>;
/// rows of a sub-batch: <see cref="WmseOptions.WhiteningBatch"/>, drawn anew in each step, the same for both views; the
/// loss is the mean over <see cref="WmseOptions.WhiteningRounds"/> draws. Where the batch is no multiple of the sub-batch,
/// the rows left over are spread over the sub-batches, so that all count; the official code refuses. Deviations: both
/// views go through the network in one pass, so batch-norm sees 2N rows; one more at the end of the projector, which
/// whitening undoes, brings the columns to one scale first; the projector is narrower than the paper's 1024.
/// </para>
/// </remarks>
internal sealed class Wmse : SslMethod
{
    private readonly WmseOptions options;
    private readonly Module<Tensor, Tensor> projector;

    /// <summary>How it is chosen and listed.</summary>
    public static MethodEntry Entry { get; } = new MethodEntry<WmseOptions>
    {
        Name = "w-mse",
        Title = "W-MSE",
        Summary = "views agree after whitening",
        Source = "Ermolov 2021, 2007.06346",
        Needs = "batches well larger than an embedding: twice its size or more",
        RelativeCost = 1.02,
        AgainstCollapse = "lower --projector-output, raise --batch-size and --whitening-rounds",
        Defaults = new WmseOptions(),
        FewestImages = options => options.Filled(TrainingSize.Usual with { BatchSize = 2 }).WhiteningBatch,
        Filled = (options, size) => options.Filled(size),
        Advice = (options, _) => options.WhiteningBatch >= 2 * options.ProjectorOutput ? [] :
            [
                $"W-MSE whitens {options.ProjectorOutput} dimensions with {options.WhiteningBatch} rows, and needs twice as many of them "
                    + $"to do it well. Raise --whitening-batch and --batch-size, or use --projector-output {options.WhiteningBatch / 2}.",
            ],
        Build = (options, backbone) => new Wmse(options, backbone),
    };

    /// <summary>Creates the method with a fresh projector.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="backbone">The network to train.</param>
    public Wmse(WmseOptions options, ResNet backbone)
        : base(Entry.Name, backbone)
    {
        options.Validate();
        options = options.Filled(TrainingSize.Usual);
        this.options = options;

        // Without it a column could be many orders smaller than another, which costs the covariance its digits in float32.
        projector = Projector.Create([backbone.FeatureDimension, options.ProjectorHidden, options.ProjectorOutput], outputNorm: true);
        register_module("projector", projector);
    }

    /// <summary>The mean squared distance of two views' embeddings, whitened in sub-batches and normalised.</summary>
    /// <param name="first">Embeddings of the first views, [N, k].</param>
    /// <param name="second">Embeddings of the second views, [N, k].</param>
    /// <param name="whiteningBatch">
    /// Rows of a sub-batch at least; of N rows N / <paramref name="whiteningBatch"/> sub-batches are made.
    /// </param>
    /// <param name="whiteningEpsilon">ε, in [0, 1].</param>
    /// <param name="permutation">The numbers 0 to N − 1: the rows in the order in which they fill the sub-batches.</param>
    /// <returns>A scalar in [0, 4], with gradient.</returns>
    /// <exception cref="InvalidOptionException">The batch has fewer rows than a sub-batch.</exception>
    /// <exception cref="TrainingException">A sub-batch cannot be whitened.</exception>
    public static Tensor WhitenedDistance(
        Tensor first, Tensor second, int whiteningBatch, double whiteningEpsilon, IReadOnlyList<int> permutation)
    {
        EmbeddingPair.Check(first, second, atLeast: 2);
        long images = first.shape[0];
        if (images < whiteningBatch)
            throw new InvalidOptionException($"--whitening-batch {whiteningBatch} is more than the {images} images of a batch. Lower it, "
                + "above --projector-output, or raise --batch-size.");
        if (
            permutation.Count != images || permutation.Distinct().Count() != images || permutation.Min() != 0
                || permutation.Max() != images - 1)
            throw new ArgumentException($"Expected the numbers 0 to {images - 1} in any order, one for each image.", nameof(permutation));
        Tensor order = tensor(permutation.Select(row => (long)row).ToArray(), device: first.device);
        long parts = images / whiteningBatch;
        return (Whitened(first, "first") * Whitened(second, "second")).sum([1]).mean().Times(-2).Plus(2);

        Tensor Whitened(Tensor view, string name) => functional.normalize(cat([.. view.index_select(0, order).tensor_split(parts)
            .Select((rows, i) => Whitening.Cholesky(rows, whiteningEpsilon, $"sub-batch {i + 1} of {parts}, {name} view"))])); // [N, k]
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor features) => projector.forward(features);

    /// <inheritdoc/>
    public override MethodLoss Loss(Views views, TrainingProgress progress)
    {
        Tensor features = Backbone.ForwardFrom(views.From, views.Full); // [2N, d]
        Tensor embeddings = Project(features); // [2N, k]
        (Tensor first, Tensor second) = EmbeddingPair.Split(embeddings);
        var random = new RandomStream(progress.Seed);
        Tensor loss = stack([.. Enumerable.Range(0, options.WhiteningRounds).Select(_ =>
            WhitenedDistance(first, second, options.WhiteningBatch, options.WhiteningEpsilon, random.Permutation(views.Images)))]).mean();
        return new MethodLoss(loss, [("whitenedDistance", loss)], features, embeddings);
    }

    /// <inheritdoc/>
    public override void AfterStep(TrainingProgress progress)
    {
        // The loss holds no state.
    }
}

/// <summary>Options of <see cref="Wmse"/>.</summary>
public sealed record WmseOptions : MethodOptions, IConflicting
{
    /// <summary>
    /// Rows that are whitened together, at least; more than the size of an embedding, at most the batch. Chosen: 128, or the batch where
    /// that is smaller.
    /// </summary>
    [Limit(AtLeast = 2, Zero = "to choose it by the batch")]
    public int WhiteningBatch { get; init; }

    /// <summary>Share of the identity mixed into the covariance before it is factorised; 0 whitens fully.</summary>
    [Limit(AtLeast = 0, AtMost = 1)]
    public double WhiteningEpsilon { get; init; }

    /// <summary>
    /// Random divisions of a batch into sub-batches, over which the loss is averaged; use 1 if there is only one sub-batch.
    /// </summary>
    [Limit(AtLeast = 1, AtMost = 1000)]
    public int WhiteningRounds { get; init; } = 1;

    /// <summary>Units of the projector's hidden layer.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorHidden { get; init; } = 512;

    /// <summary>k, the size of an embedding. Chosen: 64, or half of the rows that are whitened together where that is less.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000, Zero = "to choose it by the batch")]
    public int ProjectorOutput { get; init; }

    internal WmseOptions Filled(TrainingSize size)
    {
        int rows = WhiteningBatch > 0 ? WhiteningBatch : Math.Max(Math.Min(128, size.BatchSize), ProjectorOutput + 1);
        return this with { WhiteningBatch = rows, ProjectorOutput = ProjectorOutput > 0 ? ProjectorOutput : Math.Clamp(rows / 2, 1, 64) };
    }

    IEnumerable<string> IConflicting.Conflicts()
    {
        if (WhiteningBatch > 0 && WhiteningBatch <= ProjectorOutput)
        {
            yield return $"--whitening-batch must be more than --projector-output ({ProjectorOutput}), found {WhiteningBatch}: "
                + "fewer rows have no covariance of full rank.";
        }
    }
}
