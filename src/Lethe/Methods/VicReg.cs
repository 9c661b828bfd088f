using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>
/// VICReg: views agree, each feature varies, features do not covary (Bardes 2022, 2105.04906).
/// </summary>
/// <remarks>
/// <para>
/// loss = λ·mean (z¹ − z²)² + μ·½ Σ_v mean_j relu(1 − √(Var_j(zᵛ) + 1e-4)) + ν·Σ_v Σ_{j≠l} Cov_jl(zᵛ)² / k
/// </para>
/// <para>
/// λ, μ, ν: <see cref="VicRegOptions.InvarianceWeight"/>, <see cref="VicRegOptions.VarianceWeight"/>,
/// <see cref="VicRegOptions.CovarianceWeight"/>; variance and covariance over N − 1; the mean over N·k. Where the
/// paper's text and its official code differ (the ½ of the variance term), the code decides. Deviations: both views go
/// through the network in one pass, so batch-norm sees 2N rows; the projector is narrower than the paper's 8192.
/// </para>
/// </remarks>
internal sealed class VicReg : SslMethod
{
    private readonly VicRegOptions options;
    private readonly Module<Tensor, Tensor> projector;

    /// <summary>How it is chosen and listed.</summary>
    public static MethodEntry Entry { get; } = new MethodEntry<VicRegOptions>
    {
        Name = "vicreg",
        Title = "VICReg",
        Summary = "views agree, features vary, features do not covary",
        Source = "Bardes 2022, 2105.04906",
        Needs = "a wide projector; batches of 16 images or more, for covariances",
        RelativeCost = 1.01,
        AgainstCollapse = "raise --variance-weight and --covariance-weight, lower --learning-rate",
        Defaults = new VicRegOptions(),
        Advice = (_, size) => SmallBatch.Advice("VICReg takes its covariances from", size),
        Build = (options, backbone) => new VicReg(options, backbone),
    };

    /// <summary>Creates the method with a fresh projector.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="backbone">The network to train.</param>
    public VicReg(VicRegOptions options, ResNet backbone)
        : base(Entry.Name, backbone)
    {
        options.Validate();
        this.options = options;
        projector = Projector.Create(
            [backbone.FeatureDimension, options.ProjectorHidden, options.ProjectorHidden, options.ProjectorOutput]);
        register_module("projector", projector);
    }

    /// <summary>The three terms of two views, not weighted.</summary>
    /// <param name="first">Embeddings of the first views, [N, k], N ≥ 2.</param>
    /// <param name="second">Embeddings of the second views, [N, k].</param>
    /// <returns>Scalars with gradient: invariance, variance (½ of the sum over views), covariance (sum over views).</returns>
    public static (Tensor Invariance, Tensor Variance, Tensor Covariance) Terms(Tensor first, Tensor second)
    {
        EmbeddingPair.Check(first, second, atLeast: 2);
        (Tensor varianceFirst, Tensor covarianceFirst) = Regularisers(first);
        (Tensor varianceSecond, Tensor covarianceSecond) = Regularisers(second);
        return ((first - second).Squared().mean(), varianceFirst.Plus(varianceSecond).Over(2), covarianceFirst.Plus(covarianceSecond));
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor features) => projector.forward(features);

    /// <inheritdoc/>
    public override MethodLoss Loss(Views views, TrainingProgress progress)
    {
        Tensor features = Backbone.ForwardFrom(views.From, views.Full); // [2N, d]
        Tensor embeddings = Project(features); // [2N, k]
        (Tensor first, Tensor second) = EmbeddingPair.Split(embeddings);
        (Tensor invariance, Tensor variance, Tensor covariance) = Terms(first, second);
        invariance = invariance.Times(options.InvarianceWeight);
        variance = variance.Times(options.VarianceWeight);
        covariance = covariance.Times(options.CovarianceWeight);
        return new MethodLoss(
            invariance.Plus(variance).Plus(covariance),
            [("invariance", invariance), ("variance", variance), ("covariance", covariance)],
            features,
            embeddings);
    }

    /// <inheritdoc/>
    public override void AfterStep(TrainingProgress progress)
    {
        // The loss holds no state.
    }

    private static (Tensor Variance, Tensor Covariance) Regularisers(Tensor z)
    {
        Tensor centred = z - z.mean([0], keepdim: true); // [N, k]
        double freedom = z.shape[0] - 1;

        // In brackets: a bare 0 is also a ScalarType, and sum would take it as that.
        Tensor deviation = centred.Squared().sum([0]).Over(freedom).Plus(1e-4).sqrt(); // [k]
        Tensor covariance = centred.t().mm(centred).Over(freedom); // [k, k]
        return ((-deviation).Plus(1).relu().mean(), OffDiagonal.SquaredSum(covariance).Over(z.shape[1]));
    }
}

/// <summary>Options of <see cref="VicReg"/>.</summary>
public sealed record VicRegOptions : MethodOptions
{
    /// <summary>Weight of the mean squared distance of the views.</summary>
    [Limit(AtLeast = 0, AtMost = 1e6)]
    public double InvarianceWeight { get; init; } = 25;

    /// <summary>Weight of the hinge on the standard deviation of each feature.</summary>
    [Limit(AtLeast = 0, AtMost = 1e6)]
    public double VarianceWeight { get; init; } = 25;

    /// <summary>Weight of the squared covariances.</summary>
    [Limit(AtLeast = 0, AtMost = 1e6)]
    public double CovarianceWeight { get; init; } = 1;

    /// <summary>Units of each of the two hidden layers of the projector (the paper's expander).</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorHidden { get; init; } = 512;

    /// <summary>k, the size of an embedding.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorOutput { get; init; } = 512;
}
