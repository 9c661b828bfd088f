using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>
/// CorInfoMax: views agree while the covariance of the embeddings, gathered over batches, keeps a large determinant
/// (Ozsoy 2022, 2209.07999).
/// </summary>
/// <remarks>
/// <para>loss = w·mean (z¹ − z²)² − [ log det(R¹ + εI) + log det(R² + εI) ] / k</para>
/// <para>μ ← λ_μ μ + (1 − λ_μ)·mean z, R ← λ_R R + (1 − λ_R)/N Σ (z − μ)(z − μ)ᵀ with the new μ, for each view</para>
/// <para>
/// z: normalised embeddings; w: <see cref="CorInfoMaxOptions.AttractionWeight"/>, the mean over N·k; λ_μ, λ_R, the weights
/// of the old: <see cref="CorInfoMaxOptions.MeanForgetting"/>, <see cref="CorInfoMaxOptions.CovarianceForgetting"/>;
/// ε: <see cref="CorInfoMaxOptions.LogDetEpsilon"/>. μ starts at 0 and R at I. The loss takes the new moments, with
/// gradient; the old are constants. As in the official code moments and determinants are in double precision.
/// Deviations: both views go through the network in one pass, so batch-norm sees 2N rows; the projector's hidden layers
/// are narrower than the paper's 4096.
/// </para>
/// </remarks>
internal sealed class CorInfoMax : SslMethod
{
    private readonly CorInfoMaxOptions options;
    private readonly Module<Tensor, Tensor> projector;

    /// <summary>How it is chosen and listed.</summary>
    public static MethodEntry Entry { get; } = new MethodEntry<CorInfoMaxOptions>
    {
        Name = "corinfomax",
        Title = "CorInfoMax",
        Summary = "views agree while the covariance keeps a large determinant",
        Source = "Ozsoy 2022, 2209.07999",
        Needs = "batches of at least as many images as an embedding has dimensions",
        RelativeCost = 1,
        AgainstCollapse = "lower --attraction-weight and --projector-output, raise --batch-size",
        Defaults = new CorInfoMaxOptions(),
        Build = (options, backbone) => new CorInfoMax(options, backbone),
        Filled = (options, size) => options.Filled(size),
        Advice = (options, size) => size.BatchSize >= options.ProjectorOutput ? [] :
            [
                $"CorInfoMax takes the determinant of a covariance of {options.ProjectorOutput} dimensions from {size.BatchSize} images "
                    + $"of a batch, which fill no more than {size.BatchSize - 1}. Raise --batch-size, or use --projector-output "
                    + $"{size.BatchSize}.",
            ],
    };

    /// <summary>Creates the method with a fresh projector and moments.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="backbone">The network to train.</param>
    public CorInfoMax(CorInfoMaxOptions options, ResNet backbone)
        : base(Entry.Name, backbone)
    {
        options.Validate();
        options = options.Filled(TrainingSize.Usual);
        this.options = options;
        projector = Projector.Create(
            [backbone.FeatureDimension, options.ProjectorHidden, options.ProjectorHidden, options.ProjectorOutput]);
        register_module("projector", projector);
        foreach (string view in (string[])["first", "second"])
        {
            register_buffer(view + "Mean", zeros(options.ProjectorOutput, dtype: ScalarType.Float64));
            register_buffer(view + "Covariance", eye(options.ProjectorOutput, dtype: ScalarType.Float64));
        }
    }

    /// <summary>The moments of a view after a batch, in double precision.</summary>
    /// <remarks>
    /// For 128 random rows of 64 float32 misses the gradient of log det(R + εI) by 0.04 % where they fill all directions and by
    /// 0.5 % where their spread falls over four decades, as before a collapse; in double that costs little beside a backbone.
    /// </remarks>
    /// <param name="embeddings">z, [N, k]; rows need not be normalised, they are here.</param>
    /// <param name="mean">The old μ, [k].</param>
    /// <param name="covariance">The old R, [k, k].</param>
    /// <param name="meanForgetting">λ_μ, in [0, 1].</param>
    /// <param name="covarianceForgetting">λ_R, in [0, 1].</param>
    /// <returns>The new μ and R, with gradient by the embeddings.</returns>
    public static (Tensor Mean, Tensor Covariance) Moments(
        Tensor embeddings, Tensor mean, Tensor covariance, double meanForgetting, double covarianceForgetting)
    {
        if (
            embeddings.dim() != 2 || embeddings.shape[0] < 1 || !mean.shape.SequenceEqual([embeddings.shape[1]])
                || !covariance.shape.SequenceEqual([embeddings.shape[1], embeddings.shape[1]]))
        {
            throw new ArgumentException(
                $"Expected embeddings [N, k] with a mean [k] and a covariance [k, k], found [{string.Join(", ", embeddings.shape)}], "
                + $"[{string.Join(", ", mean.shape)}] and [{string.Join(", ", covariance.shape)}].");
        }

        Tensor z = functional.normalize(embeddings).to(ScalarType.Float64); // [N, k]
        Tensor newMean = mean.detach().Times(meanForgetting).Plus(z.mean([0]).Times(1 - meanForgetting));
        Tensor centred = z - newMean;
        Tensor scatter = centred.t().mm(centred).Times((1 - covarianceForgetting) / z.shape[0]);
        Tensor newCovariance = covariance.detach().Times(covarianceForgetting).Plus(scatter);
        return (newMean, newCovariance);
    }

    /// <summary>The mean of (z¹ − z²)² over N·k, rows normalised.</summary>
    /// <param name="first">Embeddings of the first views, [N, k].</param>
    /// <param name="second">Embeddings of the second views, [N, k].</param>
    /// <returns>A scalar with gradient, not weighted.</returns>
    public static Tensor Attraction(Tensor first, Tensor second)
    {
        EmbeddingPair.Check(first, second, atLeast: 1);
        return (functional.normalize(first) - functional.normalize(second)).Squared().mean();
    }

    /// <summary>−[ log det(R¹ + εI) + log det(R² + εI) ] / k.</summary>
    /// <param name="first">R¹, [k, k].</param>
    /// <param name="second">R², [k, k].</param>
    /// <param name="epsilon">ε, positive.</param>
    /// <returns>A scalar in nats, with gradient.</returns>
    public static Tensor Repulsion(Tensor first, Tensor second, double epsilon)
    {
        long k = first.shape[0];
        if (first.dim() != 2 || first.shape[1] != k || !second.shape.SequenceEqual(first.shape))
            throw new ArgumentException(
                $"Expected two covariances [k, k], found [{string.Join(", ", first.shape)}] and [{string.Join(", ", second.shape)}].");
        Tensor both = stack([first, second]).PlusIdentity(epsilon); // [2, k, k]
        return -LogDeterminant.OfPositiveDefinite(both).sum().Over(k);
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor features) => projector.forward(features);

    /// <inheritdoc/>
    public override MethodLoss Loss(Views views, TrainingProgress progress)
    {
        Tensor features = Backbone.ForwardFrom(views.From, views.Full); // [2N, d]
        Tensor embeddings = Project(features); // [2N, k]
        (Tensor first, Tensor second) = EmbeddingPair.Split(embeddings);
        (Tensor Mean, Tensor Covariance) ofFirst = Updated("first", first), ofSecond = Updated("second", second);
        Tensor attraction = Attraction(first, second).Times(options.AttractionWeight);
        Tensor logDeterminant = Repulsion(ofFirst.Covariance, ofSecond.Covariance, options.LogDetEpsilon).to(embeddings.dtype);
        return new MethodLoss(
            attraction.Plus(logDeterminant),
            [("attraction", attraction), ("logDeterminant", logDeterminant)],
            features,
            embeddings,
            Commit: () =>
            {
                Keep("first", ofFirst);
                Keep("second", ofSecond);
            });
    }

    /// <inheritdoc/>
    public override void AfterStep(TrainingProgress progress)
    {
        // The moments follow the batch, not the optimiser.
    }

    private (Tensor Mean, Tensor Covariance) Updated(string view, Tensor embeddings) => Moments(
        embeddings, get_buffer(view + "Mean")!, get_buffer(view + "Covariance")!, options.MeanForgetting, options.CovarianceForgetting);

    private void Keep(string view, (Tensor Mean, Tensor Covariance) moments)
    {
        using IDisposable frozen = no_grad();
        get_buffer(view + "Mean")!.copy_(moments.Mean);
        get_buffer(view + "Covariance")!.copy_(moments.Covariance);
    }
}

/// <summary>Options of <see cref="CorInfoMax"/>.</summary>
public sealed record CorInfoMaxOptions : MethodOptions
{
    /// <summary>Weight of the mean squared distance of the views' normalised embeddings.</summary>
    [Limit(AtLeast = 0, AtMost = 1e6)]
    public double AttractionWeight { get; init; } = 500;

    /// <summary>Weight of the old value in the running covariance.</summary>
    [Limit(AtLeast = 0, AtMost = 1)]
    public double CovarianceForgetting { get; init; } = 0.01;

    /// <summary>Weight of the old value in the running mean.</summary>
    [Limit(AtLeast = 0, AtMost = 1)]
    public double MeanForgetting { get; init; } = 0.01;

    /// <summary>Value added to the diagonal of the covariance, to keep its determinant positive.</summary>
    [Limit(Above = 0)]
    public double LogDetEpsilon { get; init; } = 1e-6;

    /// <summary>Units of each of the two hidden layers of the projector.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorHidden { get; init; } = 512;

    /// <summary>k, the size of an embedding; more than the batch has images leaves directions that nothing spreads.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000, Zero = "to choose it by the batch")]
    public int ProjectorOutput { get; init; }

    internal CorInfoMaxOptions Filled(TrainingSize size) =>
        ProjectorOutput > 0 ? this : this with { ProjectorOutput = Math.Clamp(size.BatchSize, 1, 64) };
}
