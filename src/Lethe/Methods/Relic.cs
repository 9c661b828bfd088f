using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>
/// ReLIC: each view must find its image among a momentum encoder's embeddings of the other views, with the same
/// probabilities whichever view asks (Mitrovic 2021, 2010.07922).
/// </summary>
/// <remarks>
/// <para>
/// loss = CE(p¹²) + CE(p²¹) + α·[ KL(p¹²‖p²¹) + KL(p²¹‖p¹²) ], p¹²_ij = softmax_j(o¹_i·h²_j/τ), p²¹_ij = softmax_j(o²_i·h¹_j/τ)
/// </para>
/// <para>
/// oᵛ: embeddings of view v; hᵛ: the momentum encoder's, constants; rows normalised; CE: −log p_ii, as KL a mean over the N
/// images; positives are among the N, other images' same view is not; τ: <see cref="RelicOptions.Temperature"/>; α:
/// <see cref="RelicOptions.KlWeight"/>. With <see cref="RelicOptions.OneSidedKl"/> KL(p²¹‖p¹²) is left out. Gradients flow through
/// both distributions of a KL, in either form. After each step the momentum encoder's weights are θ ← mθ + (1 − m)·online,
/// with m rising from <see cref="RelicOptions.TargetMomentum"/> to 1 as in BYOL.
/// </para>
/// <para>
/// Deviations: both views go through the network in one pass, so batch-norm sees 2N rows; the projector has one hidden
/// layer and is narrower than the paper's.
/// </para>
/// </remarks>
internal sealed class Relic : SslMethod
{
    private readonly RelicOptions options;
    private readonly Module<Tensor, Tensor> projector;
    private readonly MomentumEncoder target;

    /// <summary>How it is chosen and listed.</summary>
    public static MethodEntry Entry { get; } = new MethodEntry<RelicOptions>
    {
        Name = "relic",
        Title = "ReLIC",
        Summary = "identifies the image among a momentum encoder's embeddings, equally well from each view",
        Source = "Mitrovic 2021, 2010.07922",
        Needs = "a momentum encoder; large batches, 16 images or more: they are the negatives",
        RelativeCost = 1.3,
        AgainstCollapse = "lower --temperature and --kl-weight, raise --batch-size",
        Defaults = new RelicOptions(),
        Advice = (_, size) => SmallBatch.Advice("ReLIC takes its negatives from", size),
        Build = (options, backbone) => new Relic(options, backbone),
    };

    /// <summary>Creates the method with a fresh projector and a momentum encoder that equals the trained one.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="backbone">The network to train.</param>
    public Relic(RelicOptions options, ResNet backbone)
        : base(Entry.Name, backbone)
    {
        options.Validate();
        this.options = options;
        int[] sizes = [backbone.FeatureDimension, options.ProjectorHidden, options.ProjectorOutput];
        projector = Projector.Create(sizes);
        target = new MomentumEncoder(backbone, projector, Projector.Create(sizes));
        register_module("projector", projector);
        register_module("target", target);
    }

    /// <summary>The two terms, not weighted. Rows need not be normalised.</summary>
    /// <param name="first">o¹, embeddings of the first views, [N, k].</param>
    /// <param name="second">o², embeddings of the second views, [N, k].</param>
    /// <param name="targetFirst">h¹, the momentum encoder's embeddings of the first views, [N, k]; constants.</param>
    /// <param name="targetSecond">h², those of the second views, [N, k]; constants.</param>
    /// <param name="temperature">τ, positive.</param>
    /// <param name="oneSided">Leaves KL(p²¹‖p¹²) out of the invariance.</param>
    /// <returns>Scalars in nats with the gradient of the embeddings: the sum of both cross-entropies, the divergence.</returns>
    public static (Tensor Contrastive, Tensor Invariance) Terms(
        Tensor first, Tensor second, Tensor targetFirst, Tensor targetSecond, double temperature, bool oneSided = false)
    {
        EmbeddingPair.Check(first, second, atLeast: 1);
        Tensor logFirst = LogProbabilities(first, targetSecond, temperature); // [N, N]
        Tensor logSecond = LogProbabilities(second, targetFirst, temperature);
        Tensor contrastive = -logFirst.diagonal().mean().Plus(logSecond.diagonal().mean());
        Tensor invariance = Divergence(logFirst, logSecond);
        return (contrastive, oneSided ? invariance : invariance.Plus(Divergence(logSecond, logFirst)));
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor features) => projector.forward(features);

    /// <inheritdoc/>
    public override MethodLoss Loss(Views views, TrainingProgress progress)
    {
        Tensor features = Backbone.ForwardFrom(views.From, views.Full); // [2N, d]
        Tensor embeddings = Project(features); // [2N, k]
        (Tensor first, Tensor second) = EmbeddingPair.Split(embeddings);
        (Tensor targetFirst, Tensor targetSecond) = EmbeddingPair.Split(target.Embed(views.From, views.Full));
        (Tensor contrastive, Tensor invariance) = Terms(first, second, targetFirst, targetSecond, options.Temperature, options.OneSidedKl);
        invariance = invariance.Times(options.KlWeight);
        return new MethodLoss(
            contrastive.Plus(invariance), [("contrastive", contrastive), ("invariance", invariance)], features, embeddings);
    }

    /// <inheritdoc/>
    public override void AfterStep(TrainingProgress progress) =>
        target.Follow(Backbone, projector, MomentumEncoder.Rate(options.TargetMomentum, options.ScheduleTargetMomentum, progress));

    private static Tensor LogProbabilities(Tensor online, Tensor targets, double temperature)
    {
        EmbeddingPair.Check(online, targets, atLeast: 1);
        Tensor cosines = functional.normalize(online).mm(functional.normalize(targets.detach()).t());
        return functional.log_softmax(cosines.Over(temperature), 1);
    }

    /// <summary>KL(p‖q) of rows of logarithms, the mean over the rows.</summary>
    private static Tensor Divergence(Tensor logP, Tensor logQ) => (logP.exp() * (logP - logQ)).sum([1]).mean();
}

/// <summary>Options of <see cref="Relic"/>.</summary>
public sealed record RelicOptions : MethodOptions, IBoundToLength
{
    /// <summary>τ, by which similarities are divided.</summary>
    [Limit(AtLeast = 0.001)]
    public double Temperature { get; init; } = 0.1;

    /// <summary>α, weight of the divergence between the two views' probabilities.</summary>
    [Limit(AtLeast = 0, AtMost = 1e6)]
    public double KlWeight { get; init; } = 1;

    /// <summary>Whether the divergence is one-sided, from the first views to the second.</summary>
    public bool OneSidedKl { get; init; }

    /// <summary>Momentum of the momentum encoder's moving average; its initial value if scheduled.</summary>
    [Limit(AtLeast = 0, AtMost = 1)]
    public double TargetMomentum { get; init; } = 0.996;

    /// <summary>Whether this momentum rises to 1 as a cosine over training.</summary>
    public bool ScheduleTargetMomentum { get; init; } = true;

    /// <summary>Units of the projector's hidden layer.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorHidden { get; init; } = 512;

    /// <summary>k, the size of an embedding.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorOutput { get; init; } = 128;

    /// <inheritdoc/>
    string? IBoundToLength.BoundToLength() => MomentumEncoder.BoundToLength(ScheduleTargetMomentum);
}
