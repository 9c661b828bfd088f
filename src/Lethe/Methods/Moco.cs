using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>
/// MoCo v2: each view must find the momentum encoder's embedding of the other view of its image among a queue of those
/// of earlier images (He 2020, 1911.05722; Chen 2020, 2003.04297).
/// </summary>
/// <remarks>
/// <para>loss = 1/N Σ_i [ log( exp(q_i·k_i/τ) + Σ_m exp(q_i·c_m/τ) ) − q_i·k_i/τ ]</para>
/// <para>
/// q_i: the embedding of image i's first view; k_i: the momentum encoder's of its second view; c_m: the rows of the
/// queue, <see cref="MocoOptions.QueueLength"/> of them; all normalised, gradient through q alone; τ:
/// <see cref="MocoOptions.Temperature"/>. Other keys of the batch are no negatives. The keys of a batch enter the queue
/// once they have been used; it starts as random directions. After each step the momentum encoder's weights are
/// θ ← mθ + (1 − m)·online, m: <see cref="MocoOptions.TargetMomentum"/>.
/// </para>
/// <para>
/// With <see cref="MocoOptions.Symmetric"/> each view is query once, the loss is the mean (not the sum) of both
/// directions, and the keys of both views enter the queue. From early features (<see cref="Views.From"/>) both directions
/// are used whatever the option: undoing weighs the influence of each view on the loss and compares both views'
/// features. In one direction on images the trained network runs on the first views alone, so
/// <see cref="MethodLoss.Features"/> and <see cref="MethodLoss.Embeddings"/> have N rows, else 2N.
/// </para>
/// <para>
/// Deviations: no shuffling of images between devices for batch-norm, as there is one device; batch-norm within the
/// projector, which is narrower than the paper's; momentum and queue are those for small data.
/// </para>
/// </remarks>
internal sealed class Moco : SslMethod
{
    private readonly MocoOptions options;
    private readonly Module<Tensor, Tensor> projector;
    private readonly MomentumEncoder target;
    private readonly EmbeddingQueue queue;

    /// <summary>How it is chosen and listed.</summary>
    public static MethodEntry Entry { get; } = new MethodEntry<MocoOptions>
    {
        Name = "moco",
        Title = "MoCo v2",
        Summary = "a queue of a momentum encoder's embeddings are negatives",
        Source = "He 2020, 1911.05722",
        Needs = "a momentum encoder and a queue, shorter than the data; small batches will do",
        RelativeCost = 0.68,
        AgainstCollapse = "lower --temperature, raise --queue-length and --target-momentum",
        Defaults = new MocoOptions(),
        Build = (options, backbone) => new Moco(options, backbone),
        Filled = (options, size) => options.Filled(size),
        Advice = (options, size) => options.QueueLength <= size.Images ? [] :
            [
                $"MoCo's queue of {options.QueueLength} holds the {size.Images} training images more than once, so an image is its own "
                    + $"negative. Use --queue-length {size.Images} or less, or leave it out.",
            ],
    };

    /// <summary>Creates the method with a fresh projector and queue, and a momentum encoder that equals the trained one.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="backbone">The network to train.</param>
    public Moco(MocoOptions options, ResNet backbone)
        : base(Entry.Name, backbone)
    {
        options.Validate();
        options = options.Filled(TrainingSize.Usual);
        this.options = options;
        int[] sizes = [backbone.FeatureDimension, options.ProjectorHidden, options.ProjectorOutput];
        projector = Projector.Create(sizes);
        target = new MomentumEncoder(backbone, projector, Projector.Create(sizes));
        queue = new EmbeddingQueue(options.QueueLength, options.ProjectorOutput);
        register_module("projector", projector);
        register_module("target", target);
        register_module("queue", queue);
    }

    /// <summary>The cross-entropy of finding the key among the queue (InfoNCE). Rows need not be normalised.</summary>
    /// <param name="queries">Embeddings, [N, k].</param>
    /// <param name="keys">The momentum encoder's embeddings of the other views, [N, k]; constants.</param>
    /// <param name="queue">Keys of earlier images, [M, k]; constants.</param>
    /// <param name="temperature">τ, positive.</param>
    /// <returns>A scalar in nats, the mean over the queries, with their gradient.</returns>
    public static Tensor InfoNce(Tensor queries, Tensor keys, Tensor queue, double temperature)
    {
        EmbeddingPair.Check(queries, keys, atLeast: 1);
        if (queue.dim() != 2 || queue.shape[1] != queries.shape[1])
        {
            throw new ArgumentException(
                $"Expected a queue [M, {queries.shape[1]}], found [{string.Join(", ", queue.shape)}]. Make it of the projector's output "
                + "size.", nameof(queue));
        }

        Tensor q = functional.normalize(queries);
        Tensor positives = q.mul(functional.normalize(keys.detach())).sum([1], keepdim: true); // [N, 1]
        Tensor negatives = q.mm(functional.normalize(queue.detach()).t()); // [N, M]
        Tensor logits = cat([positives, negatives], 1).Over_(temperature);
        return functional.cross_entropy(logits, zeros(q.shape[0], dtype: ScalarType.Int64, device: q.device));
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor features) => projector.forward(features);

    /// <inheritdoc/>
    public override MethodLoss Loss(Views views, TrainingProgress progress)
    {
        bool both = options.Symmetric || views.From != SplitPoint.Input;
        int images = views.Images;
        Tensor features = Backbone.ForwardFrom(views.From, both ? views.Full : views.First); // [v·N, d]
        Tensor embeddings = Project(features); // [v·N, k]
        Tensor keys = target.Embed(views.From, both ? views.Full : views.Second); // [v·N, k]

        // Where both views are queries, the halves of the keys change places: the mean over 2N rows is that of both directions.
        Tensor loss = InfoNce(embeddings, both ? keys.roll(images, 0L) : keys, queue.Rows, options.Temperature);
        return new MethodLoss(loss, [("infoNce", loss)], features, embeddings, () => queue.Enqueue(functional.normalize(keys)));
    }

    /// <inheritdoc/>
    public override void AfterStep(TrainingProgress progress) =>
        target.Follow(Backbone, projector, MomentumEncoder.Rate(options.TargetMomentum, options.ScheduleTargetMomentum, progress));
}

/// <summary>Options of <see cref="Moco"/>.</summary>
public sealed record MocoOptions : MethodOptions, IBoundToLength
{
    /// <summary>τ, by which similarities are divided.</summary>
    [Limit(AtLeast = 0.001)]
    public double Temperature { get; init; } = 0.2;

    /// <summary>
    /// M, the number of earlier embeddings in the queue; keep it below the number of training images. Chosen: 4096, or half of the training
    /// images where they are few.
    /// </summary>
    [Limit(AtLeast = 1, AtMost = 16_777_216, Zero = "to choose it by the number of images")]
    public int QueueLength { get; init; }

    /// <summary>Whether each of the two views serves as query once (the loss is the mean of both directions), at about twice the
    /// cost.</summary>
    public bool Symmetric { get; init; }

    /// <summary>Momentum of the momentum encoder's moving average; its initial value if scheduled.</summary>
    [Limit(AtLeast = 0, AtMost = 1)]
    public double TargetMomentum { get; init; } = 0.99;

    /// <summary>Whether this momentum rises to 1 as a cosine over training.</summary>
    public bool ScheduleTargetMomentum { get; init; }

    /// <summary>Units of the projector's hidden layer.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorHidden { get; init; } = 512;

    /// <summary>k, the size of an embedding.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorOutput { get; init; } = 128;

    internal MocoOptions Filled(TrainingSize size) =>
        QueueLength > 0 ? this : this with { QueueLength = Math.Clamp(size.Images / 2, 1, 4096) };

    /// <inheritdoc/>
    string? IBoundToLength.BoundToLength() => MomentumEncoder.BoundToLength(ScheduleTargetMomentum);
}
