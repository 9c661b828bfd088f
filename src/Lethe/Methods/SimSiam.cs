using Lethe.Models;
using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>
/// SimSiam: a predictor on each view must give the other view's embedding, through which no gradient flows
/// (Chen 2021, 2011.10566).
/// </summary>
/// <remarks>
/// <para>loss = −½ mean cos(p¹, sg z²) − ½ mean cos(p², sg z¹)</para>
/// <para>
/// zᵛ: the projector's output for view v, standardised by batch-norm; pᵛ: the predictor's for zᵛ; sg: stop-gradient. As
/// in the official code, the predictor's learning rate stays at its peak while that of the rest follows the schedule
/// (<see cref="SimSiamOptions.FixPredictorRate"/>). Deviations: both views go through the network in one pass, so
/// batch-norm sees 2N rows; the projector is narrower than the paper's 2048, the predictor's bottleneck a quarter of it
/// as there.
/// </para>
/// </remarks>
internal sealed class SimSiam : SslMethod
{
    private readonly Module<Tensor, Tensor> projector;
    private readonly Module<Tensor, Tensor> predictor;

    /// <summary>How it is chosen and listed.</summary>
    public static MethodEntry Entry { get; } = new MethodEntry<SimSiamOptions>
    {
        Name = "simsiam",
        Title = "SimSiam",
        Summary = "predicts the other view's embedding, held constant",
        Source = "Chen 2021, 2011.10566",
        Needs = "a predictor, a stop-gradient and batch-norm in the projector, without which it collapses; batches of 16 images or more",
        RelativeCost = 1.01,
        AgainstCollapse = "keep --fix-predictor-rate, raise --batch-size, lower --learning-rate",
        Defaults = new SimSiamOptions(),
        Advice = (_, size) => SmallBatch.Advice("SimSiam takes the statistics of its batch-norm from", size),
        Build = (options, backbone) => new SimSiam(options, backbone),
    };

    /// <summary>Creates the method with fresh heads.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="backbone">The network to train.</param>
    public SimSiam(SimSiamOptions options, ResNet backbone)
        : base(Entry.Name, backbone)
    {
        options.Validate();
        projector = Projector.Create(
            [backbone.FeatureDimension, options.ProjectorHidden, options.ProjectorHidden, options.ProjectorOutput], outputNorm: true);
        predictor = Projector.Create([options.ProjectorOutput, options.PredictorHidden, options.ProjectorOutput]);
        register_module("projector", projector);
        register_module("predictor", predictor);
        if (options.FixPredictorRate)
            UnscheduledParts = ["predictor"];
    }

    /// <summary>
    /// The negative cosine of predictions and the other views' embeddings, mean of both directions. Rows need not be normalised.
    /// </summary>
    /// <param name="predictionFirst">p¹, from the first views, [N, k].</param>
    /// <param name="predictionSecond">p², from the second views, [N, k].</param>
    /// <param name="embeddingFirst">z¹, [N, k]; no gradient flows into it.</param>
    /// <param name="embeddingSecond">z², [N, k]; no gradient flows into it.</param>
    /// <returns>A scalar from −1 to 1, with the gradient of the predictions.</returns>
    public static Tensor NegativeCosine(Tensor predictionFirst, Tensor predictionSecond, Tensor embeddingFirst, Tensor embeddingSecond)
    {
        EmbeddingPair.Check(predictionFirst, predictionSecond, atLeast: 1);
        Tensor first = EmbeddingPair.MeanCosine(predictionFirst, embeddingSecond);
        Tensor second = EmbeddingPair.MeanCosine(predictionSecond, embeddingFirst);
        return first.Plus(second).Times(-0.5);
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor features) => projector.forward(features);

    /// <inheritdoc/>
    public override MethodLoss Loss(Views views, TrainingProgress progress)
    {
        Tensor features = Backbone.ForwardFrom(views.From, views.Full); // [2N, d]
        Tensor embeddings = Project(features); // [2N, k]
        (Tensor first, Tensor second) = EmbeddingPair.Split(embeddings);
        (Tensor predictionFirst, Tensor predictionSecond) = EmbeddingPair.Split(predictor.forward(embeddings));
        Tensor loss = NegativeCosine(predictionFirst, predictionSecond, first, second);
        return new MethodLoss(loss, [("negativeCosine", loss)], features, embeddings);
    }

    /// <inheritdoc/>
    public override void AfterStep(TrainingProgress progress)
    {
        // Nothing follows the optimiser: the targets are the network's own.
    }
}

/// <summary>Options of <see cref="SimSiam"/>.</summary>
public sealed record SimSiamOptions : MethodOptions
{
    /// <summary>Units of each of the two hidden layers of the projector.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorHidden { get; init; } = 512;

    /// <summary>k, the size of an embedding.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int ProjectorOutput { get; init; } = 512;

    /// <summary>Units of the predictor's hidden layer.</summary>
    [Limit(AtLeast = 1, AtMost = 1_000_000)]
    public int PredictorHidden { get; init; } = 128;

    /// <summary>Whether the predictor keeps the peak learning rate while that of the rest is scheduled.</summary>
    public bool FixPredictorRate { get; init; } = true;
}
