using Lethe.Methods;
using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Samples;

/// <summary>
/// Alignment and uniformity: the views of an image lie close on the sphere, all embeddings spread over it
/// (Wang 2020, 2005.10242).
/// </summary>
/// <remarks>
/// <para>loss = mean ‖z¹ − z²‖² + λ·½ Σ_v log mean_{i&lt;j} exp(−2‖zᵛ_i − zᵛ_j‖²)</para>
/// <para>
/// z: normalised embeddings; λ: <see cref="AlignUniformOptions.UniformityWeight"/>. Both views go through the network in
/// one pass, so batch-norm sees 2N rows.
/// </para>
/// </remarks>
public sealed class AlignUniform : SslMethod
{
    private readonly AlignUniformOptions options;
    private readonly Module<Tensor, Tensor> projector;

    /// <summary>How it is chosen and listed.</summary>
    public static MethodEntry Entry { get; } = new MethodEntry<AlignUniformOptions>
    {
        Name = "align-uniform",
        Title = "Alignment and uniformity",
        Summary = "views lie close on the sphere, all embeddings spread over it",
        Source = "Wang 2020, 2005.10242",
        Needs = "large batches, whose pairs it spreads",
        RelativeCost = 1,
        AgainstCollapse = "raise --uniformity-weight",
        Defaults = new AlignUniformOptions(),
        Build = (options, backbone) => new AlignUniform(options, backbone),
    };

    /// <summary>Creates the method with a fresh projector.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="backbone">The network to train.</param>
    public AlignUniform(AlignUniformOptions options, ResNet backbone)
        : base(Entry.Name, backbone)
    {
        options.Validate();
        this.options = options;
        projector = Projector.Create([backbone.FeatureDimension, options.ProjectorHidden, options.ProjectorOutput]);
        register_module("projector", projector);
    }

    /// <summary>The two terms, not weighted. Rows need not be normalised.</summary>
    /// <param name="first">Embeddings of the first views, [N, k], N ≥ 2.</param>
    /// <param name="second">Embeddings of the second views, [N, k].</param>
    /// <returns>Scalars with gradient: alignment in [0, 4], uniformity (½ of the sum over views) in [−8, 0].</returns>
    public static (Tensor Alignment, Tensor Uniformity) Terms(Tensor first, Tensor second)
    {
        EmbeddingPair.Check(first, second, atLeast: 2);
        (Tensor x, Tensor y) = (functional.normalize(first), functional.normalize(second));
        return ((x - y).Squared().sum([1]).mean(), Uniformity(x).Plus(Uniformity(y)).Over(2));
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor features) => projector.forward(features);

    /// <inheritdoc/>
    public override MethodLoss Loss(Views views, TrainingProgress progress)
    {
        Tensor features = Backbone.ForwardFrom(views.From, views.Full); // [2N, d]
        Tensor embeddings = Project(features); // [2N, k]
        (Tensor first, Tensor second) = EmbeddingPair.Split(embeddings);
        (Tensor alignment, Tensor uniformity) = Terms(first, second);
        uniformity = uniformity.Times(options.UniformityWeight);
        return new MethodLoss(alignment.Plus(uniformity), [("alignment", alignment), ("uniformity", uniformity)], features, embeddings);
    }

    /// <inheritdoc/>
    public override void AfterStep(TrainingProgress progress)
    {
        // The loss holds no state.
    }

    // Of unit rows ‖a − b‖² = 2 − 2a·b. Each pair i < j once: the triangle above the diagonal.
    private static Tensor Uniformity(Tensor z)
    {
        Tensor exponents = z.mm(z.t()).Times(4).Minus(4); // [N, N]
        long pairs = z.shape[0] * (z.shape[0] - 1) / 2;
        return exponents.exp().triu(1).sum().Over(pairs).log();
    }
}

/// <summary>Options of <see cref="AlignUniform"/>.</summary>
public sealed record AlignUniformOptions : MethodOptions
{
    /// <summary>λ, weight of the spread over the sphere against the closeness of views.</summary>
    [Limit(AtLeast = 0)]
    public double UniformityWeight { get; init; } = 1;

    /// <summary>Units of the projector's hidden layer.</summary>
    [Limit(AtLeast = 1)]
    public int ProjectorHidden { get; init; } = 512;

    /// <summary>k, the size of an embedding.</summary>
    [Limit(AtLeast = 1)]
    public int ProjectorOutput { get; init; } = 128;
}
