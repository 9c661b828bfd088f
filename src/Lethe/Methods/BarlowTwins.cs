using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>
/// Barlow Twins: the correlation matrix between the features of the two views becomes the identity (Zbontar 2021, 2103.03230).
/// </summary>
/// <remarks>
/// <para>loss = Σ_j (1 − C_jj)² + λ Σ_{j≠l} C_jl², C = ẑ¹ᵀẑ² / N</para>
/// <para>
/// ẑ: each feature of a view minus its mean, over √(variance + 1e-5), the variance over N; λ:
/// <see cref="BarlowTwinsOptions.RedundancyWeight"/>. No outer scale: the official code's varies between its versions.
/// Deviations: both views go through the network in one pass, so batch-norm inside it sees 2N rows, and so does one more
/// at the end of the projector, which the loss undoes; the projector is narrower than the paper's 8192.
/// </para>
/// </remarks>
internal sealed class BarlowTwins : SslMethod
{
    private const double VarianceFloor = 1e-5; // that of batch-norm

    private readonly BarlowTwinsOptions options;
    private readonly Module<Tensor, Tensor> projector;

    /// <summary>How it is chosen and listed.</summary>
    public static MethodEntry Entry { get; } = new MethodEntry<BarlowTwinsOptions>
    {
        Name = "barlow-twins",
        Title = "Barlow Twins",
        Summary = "each feature agrees with itself across views and with no other feature",
        Source = "Zbontar 2021, 2103.03230",
        Needs = "a wide projector; batches of 16 images or more, for correlations",
        RelativeCost = 1.02,
        AgainstCollapse = "raise --projector-output and --redundancy-weight, lower --learning-rate",
        Defaults = new BarlowTwinsOptions(),
        Advice = (_, size) => SmallBatch.Advice("Barlow Twins takes its correlations from", size),
        Build = (options, backbone) => new BarlowTwins(options, backbone),
    };

    /// <summary>Creates the method with a fresh projector.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="backbone">The network to train.</param>
    public BarlowTwins(BarlowTwinsOptions options, ResNet backbone)
        : base(Entry.Name, backbone)
    {
        options.Validate();
        this.options = options;

        // A bias on the output would have no gradient but rounding: the loss centres each feature.
        projector = Projector.Create(
            [backbone.FeatureDimension, options.ProjectorHidden, options.ProjectorHidden, options.ProjectorOutput], outputNorm: true);
        register_module("projector", projector);
    }

    /// <summary>The two terms of two views, not weighted.</summary>
    /// <param name="first">Embeddings of the first views, [N, k], N ≥ 2.</param>
    /// <param name="second">Embeddings of the second views, [N, k].</param>
    /// <returns>Scalars with gradient: Σ_j (1 − C_jj)² and Σ_{j≠l} C_jl².</returns>
    public static (Tensor Invariance, Tensor Redundancy) Terms(Tensor first, Tensor second)
    {
        EmbeddingPair.Check(first, second, atLeast: 2);
        Tensor correlation = Standardised(first).t().mm(Standardised(second)).Over(first.shape[0]); // [k, k]
        return (correlation.diagonal().Minus(1).Squared().sum(), OffDiagonal.SquaredSum(correlation));
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor features) => projector.forward(features);

    /// <inheritdoc/>
    public override MethodLoss Loss(Views views, TrainingProgress progress)
    {
        Tensor features = Backbone.ForwardFrom(views.From, views.Full); // [2N, d]
        Tensor embeddings = Project(features); // [2N, k]
        (Tensor first, Tensor second) = EmbeddingPair.Split(embeddings);
        (Tensor invariance, Tensor redundancy) = Terms(first, second);
        redundancy = redundancy.Times(options.RedundancyWeight);
        return new MethodLoss(invariance.Plus(redundancy), [("invariance", invariance), ("redundancy", redundancy)], features, embeddings);
    }

    /// <inheritdoc/>
    public override void AfterStep(TrainingProgress progress)
    {
        // The loss holds no state.
    }

    private static Tensor Standardised(Tensor z)
    {
        Tensor centred = z - z.mean([0], keepdim: true); // [N, k]
        return centred / centred.Squared().mean([0], keepdim: true).Plus(VarianceFloor).sqrt();
    }
}

/// <summary>Options of <see cref="BarlowTwins"/>.</summary>
public sealed record BarlowTwinsOptions : MethodOptions
{
    /// <summary>Weight of the squared correlations between different features.</summary>
    [Limit(AtLeast = 0, AtMost = 1e6)]
    public double RedundancyWeight { get; init; } = 5e-3;

    /// <summary>Units of each of the two hidden layers of the projector.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorHidden { get; init; } = 512;

    /// <summary>k, the size of an embedding.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorOutput { get; init; } = 512;
}
