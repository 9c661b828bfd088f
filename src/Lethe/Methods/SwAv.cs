using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>
/// SwAV: each view predicts to which prototypes the other view of its image is assigned, where a batch must use all
/// prototypes equally (Caron 2020, 2006.09882).
/// </summary>
/// <remarks>
/// <para>
/// loss = ½ Σ_{c=1,2} 1/(V − 1) Σ_{v≠c} mean_n [ − Σ_j qᶜ_nj log softmax_j(sᵛ_n/τ) ], s = z·pᵀ, q = sg Sinkhorn(s; ε)
/// </para>
/// <para>
/// z: normalised embeddings of view v; p: the K normalised prototypes; V: 2 and the local views; codes q come from the two
/// full-size views alone; τ, ε, K: <see cref="SwAvOptions.Temperature"/>, <see cref="SwAvOptions.SinkhornEpsilon"/>,
/// <see cref="SwAvOptions.Prototypes"/>. Sinkhorn: <see cref="SinkhornKnopp.Codes"/>,
/// <see cref="SwAvOptions.SinkhornIterations"/> times, over the batch and, with <see cref="SwAvOptions.QueueLength"/>, over
/// the last embeddings of the same view beside it, scored by the prototypes as they are now. As in the official code,
/// views of each size go through the backbone in a pass of their own, so batch-norm there sees the sizes apart, and all go
/// through the projector together.
/// </para>
/// <para>
/// Deviations: prototypes are normalised within the loss, with the gradient through it, as well as after each step; the
/// official code does it outside the graph alone. Queues fill from the start, not from
/// <see cref="SwAvOptions.QueueStartEpoch"/> on. Fewer prototypes and a narrower projector than the paper's 3000 and 2048.
/// </para>
/// </remarks>
internal sealed class SwAv : SslMethod
{
    private readonly SwAvOptions options;
    private readonly Module<Tensor, Tensor> projector;
    private readonly EmbeddingQueue[] queues = [];

    /// <summary>How it is chosen and listed.</summary>
    public static MethodEntry Entry { get; } = new MethodEntry<SwAvOptions>
    {
        Name = "swav",
        Title = "SwAV",
        Summary = "views predict each other's cluster, clusters are used equally",
        Source = "Caron 2020, 2006.09882",
        Needs = "no more prototypes than a batch and its queue have images; gains from local views",
        RelativeCost = 1,
        AgainstCollapse = "lower --sinkhorn-epsilon, raise --sinkhorn-iterations or --freeze-prototypes-epochs, lower --learning-rate",
        Defaults = new SwAvOptions(),
        Build = (options, backbone) => new SwAv(options, backbone),
        Filled = (options, size) => options.Filled(size),
        Advice = Lacks,
        TakesLocalViews = true,
    };

    /// <summary>Creates the method with a fresh projector, random prototypes and, where asked, queues.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="backbone">The network to train.</param>
    public SwAv(SwAvOptions options, ResNet backbone)
        : base(Entry.Name, backbone)
    {
        options.Validate();
        options = options.Filled(TrainingSize.Usual);
        this.options = options;
        projector = Projector.Create([backbone.FeatureDimension, options.ProjectorHidden, options.ProjectorOutput]);
        register_module("projector", projector);
        register_parameter("prototypes", new Parameter(functional.normalize(randn(options.Prototypes, options.ProjectorOutput))));
        if (options.QueueLength == 0)
            return;
        queues =
        [
            new EmbeddingQueue(options.QueueLength, options.ProjectorOutput),
            new EmbeddingQueue(options.QueueLength, options.ProjectorOutput),
        ];
        register_module("queue1", queues[0]);
        register_module("queue2", queues[1]);
    }

    /// <summary>How near embeddings are to prototypes.</summary>
    /// <param name="embeddings">[N, k]; need not be normalised.</param>
    /// <param name="prototypes">[K, k]; need not be normalised.</param>
    /// <returns>Cosines, [N, K], with the gradient through both normalisations.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor Scores(Tensor embeddings, Tensor prototypes)
    {
        if (embeddings.dim() != 2 || prototypes.dim() != 2 || embeddings.shape[1] != prototypes.shape[1])
        {
            throw new ArgumentException(
                $"Expected embeddings [N, k] and prototypes [K, k], found [{string.Join(", ", embeddings.shape)}] and "
                + $"[{string.Join(", ", prototypes.shape)}]. Flatten the projector's output to two dimensions.");
        }

        return functional.normalize(embeddings).mm(functional.normalize(prototypes).t()); // [N, K]
    }

    /// <summary>The cross-entropy of each view's assignment under the codes of every other view.</summary>
    /// <param name="scores">Scores of each view, [N, K]; at least two views, those with codes first.</param>
    /// <param name="codes">Codes of the first views, [N, K], rows of sum 1; taken as constants.</param>
    /// <param name="temperature">τ, positive.</param>
    /// <returns>A scalar in nats, with the gradient of the scores: the mean over codes of the mean over the other views.</returns>
    /// <exception cref="ArgumentException">Fewer than two views, or shapes that differ.</exception>
    public static Tensor SwappedPrediction(IReadOnlyList<Tensor> scores, IReadOnlyList<Tensor> codes, double temperature)
    {
        if (scores.Count < 2 || codes.Count < 1 || codes.Count > scores.Count)
            throw new ArgumentException($"Expected scores of at least two views and codes of the first of them, found {scores.Count} and "
                + $"{codes.Count}.", nameof(scores));
        foreach (Tensor matrix in scores.Concat(codes))
        {
            if (scores[0].dim() != 2 || scores[0].numel() == 0 || !matrix.shape.SequenceEqual(scores[0].shape))
            {
                throw new ArgumentException(
                    $"Expected scores and codes of one shape [N, K] for all views, found [{string.Join(", ", scores[0].shape)}] and "
                    + $"[{string.Join(", ", matrix.shape)}]. Give each view's scores for the same images and prototypes.", nameof(scores));
            }
        }

        Tensor[] logarithms = [.. scores.Select(view => view.Over(temperature).log_softmax(1))]; // V of [N, K]
        Tensor sum = zeros([], dtype: scores[0].dtype, device: scores[0].device);
        for (int code = 0; code < codes.Count; code++)
        {
            for (int view = 0; view < scores.Count; view++)
            {
                if (view != code)
                    sum -= (codes[code].detach() * logarithms[view]).sum(1).mean();
            }
        }

        return sum.Over(codes.Count * (scores.Count - 1));
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor features) => projector.forward(features);

    /// <inheritdoc/>
    public override MethodLoss Loss(Views views, TrainingProgress progress)
    {
        Tensor full = Backbone.ForwardFrom(views.From, views.Full); // [2N, d]
        Tensor features = views.Local is { } local ? cat([full, Backbone.ForwardFrom(views.From, local)]) : full; // [V·N, d]
        Tensor embeddings = Project(features); // [V·N, k]
        Tensor trained = get_parameter("prototypes")!;
        Tensor prototypes = progress.Epoch < options.FreezePrototypesEpochs ? trained.detach() : trained; // [K, k]
        Tensor[] scores = Scores(embeddings, prototypes).split(views.Images); // V of [N, K]
        Tensor[] codes = [.. Enumerable.Range(0, 2).Select(view => Codes(view, scores[view].detach(), prototypes, progress))];
        Tensor loss = SwappedPrediction(scores, codes, options.Temperature);
        embeddings = embeddings.narrow(0, 0, 2 * views.Images); // [2N, k]
        return new MethodLoss(
            loss,
            [("swappedPrediction", loss)],
            full,
            embeddings,
            queues.Length == 0 ? null : () => Enqueue(embeddings),
            () => TooManyPrototypes(options, views.Images));
    }

    /// <inheritdoc/>
    public override void AfterStep(TrainingProgress progress)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor prototypes = get_parameter("prototypes")!;
        prototypes.copy_(functional.normalize(prototypes));
    }

    private static string? TooManyPrototypes(SwAvOptions options, int images) => images + options.QueueLength >= options.Prototypes
        ? null
        : $"SwAV shares out {images + options.QueueLength} embeddings over {options.Prototypes} prototypes, which cannot be used equally. "
            + "Raise --batch-size or --queue-length, or lower --prototypes.";

    private static IEnumerable<string> Lacks(SwAvOptions options, TrainingSize size)
    {
        if (TooManyPrototypes(options, size.BatchSize) is { } prototypes)
            yield return prototypes;
        if (options.QueueLength > size.Images)
        {
            yield return $"SwAV's queue of {options.QueueLength} holds the {size.Images} training images more than once. Use "
                + $"--queue-length {size.Images} or less, or leave it out.";
        }
    }

    private Tensor Codes(int view, Tensor scores, Tensor prototypes, TrainingProgress progress)
    {
        using IDisposable constant = no_grad();
        using var scope = NewDisposeScope();
        long images = scores.shape[0];
        if (queues.Length > 0 && progress.Epoch >= options.QueueStartEpoch && queues[view].IsFull)
            scores = cat([scores, Scores(queues[view].Rows.to(scores.dtype), prototypes)]); // [N + M, K]
        return SinkhornKnopp.Codes(scores, options.SinkhornEpsilon, options.SinkhornIterations).narrow(0, 0, images)
            .MoveToOuterDisposeScope(); // [N, K]
    }

    private void Enqueue(Tensor embeddings)
    {
        using IDisposable constant = no_grad();
        using var scope = NewDisposeScope();
        (Tensor first, Tensor second) = EmbeddingPair.Split(functional.normalize(embeddings));

        // A buffer keeps its precision when a module changes its own.
        queues[0].Enqueue(first.to(queues[0].Rows.dtype));
        queues[1].Enqueue(second.to(queues[1].Rows.dtype));
    }
}

/// <summary>Options of <see cref="SwAv"/>.</summary>
public sealed record SwAvOptions : MethodOptions
{
    /// <summary>τ, by which scores are divided in the prediction.</summary>
    [Limit(AtLeast = 0.001)]
    public double Temperature { get; init; } = 0.1;

    /// <summary>ε, by which scores are divided in the codes: the smaller, the harder the codes.</summary>
    [Limit(Above = 0)]
    public double SinkhornEpsilon { get; init; } = 0.05;

    /// <summary>Sinkhorn iterations, which make the codes use all prototypes equally.</summary>
    [Limit(AtLeast = 1, AtMost = 1000)]
    public int SinkhornIterations { get; init; } = 3;

    /// <summary>
    /// K, the number of clusters: about ten per class, but fewer than the images in a batch. The paper takes 3000 for ImageNet. Chosen:
    /// 100, or three quarters of a batch and its queue where those are fewer than 128.
    /// </summary>
    [Limit(AtLeast = 2, AtMost = 1_000_000, Zero = "to choose it by the batch")]
    public int Prototypes { get; init; }

    /// <summary>Epochs at the start in which the prototypes stay as they are.</summary>
    [Limit(AtLeast = 0)]
    public int FreezePrototypesEpochs { get; init; } = 1;

    /// <summary>M, the number of earlier embeddings of a view that codes are computed with beside the batch.</summary>
    [Limit(AtLeast = 1, AtMost = 16_777_216, Zero = "for none")]
    public int QueueLength { get; init; }

    /// <summary>The epoch from which on codes are computed with the queue.</summary>
    [Limit(AtLeast = 0)]
    public int QueueStartEpoch { get; init; } = 15;

    /// <summary>Units of the projector's hidden layer.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorHidden { get; init; } = 512;

    /// <summary>k, the size of an embedding and of a prototype.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorOutput { get; init; } = 128;

    internal SwAvOptions Filled(TrainingSize size)
    {
        int shared = size.BatchSize + QueueLength;
        return Prototypes > 0 ? this : this with { Prototypes = shared >= 128 ? 100 : Math.Max(2, shared * 3 / 4) };
    }
}
