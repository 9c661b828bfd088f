using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>
/// Maximum Entropy Coding: the embeddings that agree across views and take the longest code at a given distortion
/// (Liu 2022, 2210.11464).
/// </summary>
/// <remarks>
/// <para>loss = −½ [ f(p¹, t²) + f(p², t¹) ] / (λN), f(p, t) = tr(C − C²/2 + C³/3 − C⁴/4), C = λ p tᵀ, λ = k / (N ε²)</para>
/// <para>
/// p: normalised rows of the predictor over the projector; t: normalised embeddings of the momentum encoder, without
/// gradient; ε²: <see cref="MecOptions.Distortion"/>; the number of terms: <see cref="MecOptions.Order"/>. f is the
/// series of log det(I + C), which order 0 computes itself. 1/λ falls from 8 times its value to its value in the first
/// <see cref="MecOptions.DistortionWarmUp"/> epochs. Sizes, sides and the factor 1/λ are those of the official code. The
/// momentum encoder's rate is <see cref="MecOptions.TargetMomentum"/>. Deviations: both views go through the
/// network in one pass, so batch-norm sees 2N rows; projector and predictor are narrower than the paper's 2048 and 512.
/// </para>
/// </remarks>
internal sealed class Mec : SslMethod
{
    private const double WarmUpStart = 8;

    private readonly MecOptions options;
    private readonly Module<Tensor, Tensor> projector;
    private readonly Module<Tensor, Tensor> predictor;
    private readonly MomentumEncoder target;

    /// <summary>How it is chosen and listed.</summary>
    public static MethodEntry Entry { get; } = new MethodEntry<MecOptions>
    {
        Name = "mec",
        Title = "MEC",
        Summary = "views agree and their embeddings take the longest code",
        Source = "Liu 2022, 2210.11464",
        Needs = "a momentum encoder; batches of 16 images or more; a series that converges: watch for its warning",
        RelativeCost = 1.35,
        AgainstCollapse = "lower --distortion with --order 0, raise --projector-output, lower --learning-rate",
        Defaults = new MecOptions(),
        Advice = (_, size) => SmallBatch.Advice("MEC takes the code of its embeddings from", size),
        Build = (options, backbone) => new Mec(options, backbone),
    };

    /// <summary>Creates the method with fresh heads.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="backbone">The network to train.</param>
    public Mec(MecOptions options, ResNet backbone)
        : base(Entry.Name, backbone)
    {
        options.Validate();
        this.options = options;
        projector = CreateProjector(options, backbone);
        predictor = Projector.Create([options.ProjectorOutput, options.PredictorHidden, options.ProjectorOutput]);
        target = new MomentumEncoder(backbone, projector, CreateProjector(options, backbone));
        register_module("projector", projector);
        register_module("predictor", predictor);
        register_module("target", target);
    }

    /// <summary>C = λ p tᵀ, rows normalised.</summary>
    /// <param name="predicted">p, [N, k]; need not be normalised.</param>
    /// <param name="target">t, [N, k].</param>
    /// <param name="scale">λ, positive.</param>
    /// <returns>[N, N]; not symmetric.</returns>
    public static Tensor Similarities(Tensor predicted, Tensor target, double scale)
    {
        EmbeddingPair.Check(predicted, target, atLeast: 1);
        return functional.normalize(predicted).mm(functional.normalize(target).t()).Times(scale);
    }

    /// <summary>log det(I + C), or the first terms of its series tr(C) − tr(C²)/2 + tr(C³)/3 − …</summary>
    /// <remarks>
    /// C is not symmetric, so Cholesky does not serve: the determinant comes from LU, and its sign is dropped. It is
    /// positive where the spectral norm of C is below 1; where it is not, log |det| means nothing.
    /// </remarks>
    /// <param name="similarities">C, [N, N].</param>
    /// <param name="order">The number of terms, or 0 for the logarithm itself.</param>
    /// <returns>A scalar in nats, with gradient.</returns>
    public static Tensor CodingLength(Tensor similarities, int order)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        if (similarities.dim() != 2 || similarities.shape[0] != similarities.shape[1])
            throw new ArgumentException(
                $"Expected a square matrix [N, N], found [{string.Join(", ", similarities.shape)}].", nameof(similarities));
        if (order == 0)
            return SignAndLogarithm(similarities).Logarithm;

        // tr(C^j) is the sum of C^(j−1) ∘ Cᵀ, which saves the last product.
        Tensor transposed = similarities.t(), length = similarities.trace(), power = similarities;
        for (int term = 2; term <= order; term++)
        {
            length = length.Plus((power * transposed).sum().Times((term % 2 == 0 ? -1.0 : 1.0) / term));
            if (term < order)
                power = power.mm(similarities); // [N, N]
        }

        return length;
    }

    /// <summary>1/λ: N·ε²/k, in the warm-up up to 8 times that, falling linearly.</summary>
    /// <param name="images">N.</param>
    /// <param name="dimension">k.</param>
    /// <param name="distortion">ε², positive.</param>
    /// <param name="warmUp">Epochs of warm-up, not negative.</param>
    /// <param name="epoch">Epochs behind the method.</param>
    /// <returns>A positive number.</returns>
    public static double InverseScale(int images, int dimension, double distortion, double warmUp, double epoch)
    {
        double warm = epoch < warmUp ? WarmUpStart + (1 - WarmUpStart) * epoch / warmUp : 1;
        return warm * images * distortion / dimension;
    }

    /// <summary>
    /// The spectral norm of C from below, by steps of power iteration on CᵀC: what it finds to be 1 or more is.
    /// </summary>
    /// <remarks>
    /// It starts at the longest row of C, from which the first step already finds 1/√N of the norm. The Frobenius norm, a
    /// bound from above, would warn of batches that are well spread.
    /// </remarks>
    /// <param name="similarities">C, [N, N].</param>
    /// <param name="steps">Steps, at least 1.</param>
    /// <returns>At most ‖C‖₂.</returns>
    public static double SpectralNorm(Tensor similarities, int steps = 8)
    {
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor matrix = similarities.detach();
        Tensor longest = matrix.Squared().sum([1]).argmax();
        Tensor vector = functional.normalize(matrix.index_select(0, longest.reshape(1)).t(), dim: 0); // [N, 1]
        for (int step = 1; step < steps; step++)
            vector = functional.normalize(matrix.t().mm(matrix.mm(vector)), dim: 0);
        return matrix.mm(vector).norm().Value();
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor features) => projector.forward(features);

    /// <inheritdoc/>
    public override MethodLoss Loss(Views views, TrainingProgress progress)
    {
        Tensor features = Backbone.ForwardFrom(views.From, views.Full); // [2N, d]
        Tensor embeddings = Project(features); // [2N, k]
        (Tensor first, Tensor second) = EmbeddingPair.Split(predictor.forward(embeddings));
        (Tensor firstTarget, Tensor secondTarget) = EmbeddingPair.Split(target.Embed(views.From, views.Full));
        double inverse = InverseScale(views.Images, options.ProjectorOutput, options.Distortion, options.DistortionWarmUp, progress.Epoch);
        // [N, N]
        Tensor forward = Similarities(first, secondTarget, 1 / inverse), backward = Similarities(second, firstTarget, 1 / inverse);
        Tensor length = CodingLength(forward, options.Order).Plus(CodingLength(backward, options.Order));
        Tensor loss = length.Times(-0.5 * inverse / views.Images);
        return new MethodLoss(loss, [("codingLength", loss)], features, embeddings, Warning: () => Caution(forward) ?? Caution(backward));
    }

    /// <inheritdoc/>
    public override void AfterStep(TrainingProgress progress) =>
        target.Follow(Backbone, projector, MomentumEncoder.Rate(options.TargetMomentum, options.ScheduleTargetMomentum, progress));

    private static Module<Tensor, Tensor> CreateProjector(MecOptions options, ResNet backbone) => Projector.Create(
        [backbone.FeatureDimension, options.ProjectorHidden, options.ProjectorHidden, options.ProjectorOutput], outputNorm: true);

    private static (Tensor Sign, Tensor Logarithm) SignAndLogarithm(Tensor similarities) =>
        linalg.slogdet(similarities.PlusIdentity());

    // Without numbers, so that a run can report it once.
    private string? Caution(Tensor similarities)
    {
        if (options.Order > 0)
        {
            return SpectralNorm(similarities) < 1
                ? null
                : "MEC's series of the coding length need not converge: the spectral norm of C is 1 or more. Raise --distortion or "
                    + "--distortion-warm-up, or take --order 0.";
        }

        using IDisposable frozen = no_grad();
        return SignAndLogarithm(similarities).Sign.Value() > 0
            ? null
            : "MEC's det(I + C) is not positive: predictions point away from their targets. Raise --distortion or --distortion-warm-up, "
                + "or lower --learning-rate.";
    }
}

/// <summary>Options of <see cref="Mec"/>.</summary>
public sealed record MecOptions : MethodOptions, IBoundToLength
{
    /// <summary>ε², the squared error at which embeddings are coded; a smaller one weighs entropy more against agreement.</summary>
    [Limit(Above = 0)]
    public double Distortion { get; init; } = 64;

    /// <summary>Terms of the series of log det(I + C).</summary>
    [Limit(AtLeast = 1, AtMost = 100, Zero = "to compute it exactly")]
    public int Order { get; init; } = 4;

    /// <summary>Epochs in which the distortion falls from 8 times its value, so that the series converges from the start.</summary>
    [Limit(AtLeast = 0)]
    public double DistortionWarmUp { get; init; } = 10;

    /// <summary>Weight of the past in the momentum encoder's weights.</summary>
    [Limit(AtLeast = 0, AtMost = 1)]
    public double TargetMomentum { get; init; } = 0.996;

    /// <summary>Lets the momentum rise to 1 as a cosine over training.</summary>
    public bool ScheduleTargetMomentum { get; init; } = true;

    /// <summary>Units of each of the two hidden layers of the projector.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorHidden { get; init; } = 512;

    /// <summary>k, the size of an embedding.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorOutput { get; init; } = 512;

    /// <summary>Units of the predictor's hidden layer.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int PredictorHidden { get; init; } = 128;

    /// <inheritdoc/>
    string? IBoundToLength.BoundToLength() => MomentumEncoder.BoundToLength(ScheduleTargetMomentum);
}
