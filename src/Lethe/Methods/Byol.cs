using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>
/// BYOL: a predictor on each view must give a momentum encoder's embedding of the other view; there are no negatives
/// (Grill 2020, 2006.07733).
/// </summary>
/// <remarks>
/// <para>loss = mean (2 − 2cos(p¹, t²)) + mean (2 − 2cos(p², t¹))</para>
/// <para>
/// pᵛ: the predictor's output for view v, from the trained backbone and projector; tᵛ: the momentum encoder's embedding,
/// a constant; the sum (not the mean) of both directions. After each step the momentum encoder's weights are
/// θ ← τθ + (1 − τ)·online, with τ rising from <see cref="ByolOptions.TargetMomentum"/> to 1 as a cosine
/// (<see cref="ByolOptions.ScheduleTargetMomentum"/>).
/// </para>
/// <para>
/// As in the official code, the projector's output has no bias; unlike there, the predictor's has one. Other deviations:
/// both views go through the network in one pass, so batch-norm sees 2N rows; the heads are narrower than the paper's
/// 4096 and 256.
/// </para>
/// </remarks>
internal sealed class Byol : SslMethod
{
    private readonly ByolOptions options;
    private readonly Module<Tensor, Tensor> projector;
    private readonly Module<Tensor, Tensor> predictor;
    private readonly MomentumEncoder target;

    /// <summary>How it is chosen and listed.</summary>
    public static MethodEntry Entry { get; } = new MethodEntry<ByolOptions>
    {
        Name = "byol",
        Title = "BYOL",
        Summary = "predicts a momentum encoder's embedding of the other view",
        Source = "Grill 2020, 2006.07733",
        Needs = "a momentum encoder and a predictor, without which it collapses; batches of 16 images or more, for batch-norm",
        RelativeCost = 1.32,
        AgainstCollapse = "raise --target-momentum and --predictor-hidden, lower --learning-rate",
        Defaults = new ByolOptions(),
        Advice = (_, size) => SmallBatch.Advice("BYOL takes the statistics of its batch-norm from", size),
        Build = (options, backbone) => new Byol(options, backbone),
    };

    /// <summary>Creates the method with fresh heads and a momentum encoder that equals the trained one.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="backbone">The network to train.</param>
    public Byol(ByolOptions options, ResNet backbone)
        : base(Entry.Name, backbone)
    {
        options.Validate();
        this.options = options;
        int[] sizes = [backbone.FeatureDimension, options.ProjectorHidden, options.ProjectorOutput];
        projector = Projector.Create(sizes, outputBias: false);

        // With a bias: an image that no hidden unit responds to would be predicted as zero, where the gradient of a
        // normalised row is of the order of 1e12 and its derivative, which undoing takes, is NaN.
        predictor = Projector.Create([options.ProjectorOutput, options.PredictorHidden, options.ProjectorOutput]);
        target = new MomentumEncoder(backbone, projector, Projector.Create(sizes, outputBias: false));
        register_module("projector", projector);
        register_module("predictor", predictor);
        register_module("target", target);
    }

    /// <summary>The squared distances of normalised predictions and targets, both directions added. Rows need not be normalised.</summary>
    /// <param name="predictionFirst">p¹, from the first views, [N, k].</param>
    /// <param name="predictionSecond">p², from the second views, [N, k].</param>
    /// <param name="targetFirst">t¹, [N, k]; a constant.</param>
    /// <param name="targetSecond">t², [N, k]; a constant.</param>
    /// <returns>A scalar from 0 to 8, with the gradient of the predictions.</returns>
    public static Tensor PredictionLoss(Tensor predictionFirst, Tensor predictionSecond, Tensor targetFirst, Tensor targetSecond)
    {
        EmbeddingPair.Check(predictionFirst, predictionSecond, atLeast: 1);
        Tensor first = EmbeddingPair.MeanCosine(predictionFirst, targetSecond),
            second = EmbeddingPair.MeanCosine(predictionSecond, targetFirst);
        return first.Plus(second).Times(-2).Plus(4);
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor features) => projector.forward(features);

    /// <inheritdoc/>
    public override MethodLoss Loss(Views views, TrainingProgress progress)
    {
        Tensor features = Backbone.ForwardFrom(views.From, views.Full); // [2N, d]
        Tensor embeddings = Project(features); // [2N, k]
        (Tensor predictionFirst, Tensor predictionSecond) = EmbeddingPair.Split(predictor.forward(embeddings));
        (Tensor targetFirst, Tensor targetSecond) = EmbeddingPair.Split(target.Embed(views.From, views.Full));
        Tensor loss = PredictionLoss(predictionFirst, predictionSecond, targetFirst, targetSecond);
        return new MethodLoss(loss, [("prediction", loss)], features, embeddings);
    }

    /// <inheritdoc/>
    public override void AfterStep(TrainingProgress progress) =>
        target.Follow(Backbone, projector, MomentumEncoder.Rate(options.TargetMomentum, options.ScheduleTargetMomentum, progress));
}

/// <summary>Options of <see cref="Byol"/>.</summary>
public sealed record ByolOptions : MethodOptions, IBoundToLength
{
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

    /// <summary>Units of the predictor's hidden layer.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int PredictorHidden { get; init; } = 512;

    /// <inheritdoc/>
    string? IBoundToLength.BoundToLength() => MomentumEncoder.BoundToLength(ScheduleTargetMomentum);
}
