using Lethe.Runtime;

namespace Lethe.Evaluation.Protocols;

/// <summary>A linear classifier on the frozen features of each layer.</summary>
/// <param name="options">How it is fitted.</param>
internal sealed class LinearProtocol(LinearProtocolOptions options) : Protocol
{
    /// <summary>What fitted it, as in <see cref="FittedModel.Variant"/>.</summary>
    public const string Variant = "linear";

    /// <summary>Logistic regression with augmentation by stochastic gradient descent, as in <see cref="FittedModel.Variant"/>.</summary>
    public const string SgdVariant = "linear, SGD";

    /// <summary>The entry of the registry.</summary>
    public static ProtocolEntry Entry { get; } = new ProtocolEntry<LinearProtocolOptions>
    {
        Name = "linear",
        Title = "Linear",
        Summary = "a linear classifier on the frozen features of each layer",
        Defaults = new LinearProtocolOptions(),
        Build = options => new LinearProtocol(options),
    };

    /// <inheritdoc/>
    public override string Settings() => options.LinearSolver == LinearProtocolOptions.Sgd
        ? "Logistic regression on the frozen features of random crops (75 to 100 % of the area) and flips, extracted anew in each of "
            + $"{options.LinearEpochs} epochs; "
          + Invariant($"SGD with momentum 0.9, batches of {options.LinearBatchSize}, learning rate {options.LinearLearningRate} falling ")
          + "as a half cosine, no decay; "
          + "features standardised with the plain images fitted on."
        : RegressionSettings();

    /// <inheritdoc/>
    public override void Check(FittingImages images) => LabelCheck.Classes(
        images.Source, images.Probe, atLeast: options.LinearSolver == LinearProtocolOptions.Sgd ? 1 : 2, "the linear protocol");

    /// <inheritdoc/>
    public override IEnumerable<FittedModel> Fit(EncoderState encoder, FittingImages images, ulong seed, CancellationToken cancellation)
    {
        bool sgd = options.LinearSolver == LinearProtocolOptions.Sgd;
        IReadOnlyDictionary<string, LinearClassifier>? all = sgd ? LinearSgd.Fit(encoder, images.Probe, options, seed, cancellation) : null;
        foreach (string layer in encoder.Layers)
        {
            yield return all is null
                ? LinearModel.Fit(encoder, images.Probe, layer, seed, cancellation)
                : new LinearModel(all[layer]) { Variant = SgdVariant, Layer = layer, FitCount = images.Probe.Count };
        }
    }

    /// <summary>How logistic regression is fitted wherever a protocol fits it on frozen features.</summary>
    internal static string RegressionSettings()
    {
        var defaults = new LogisticRegressionOptions();
        return "Multinomial logistic regression by L-BFGS on standardised frozen features; λ of the best accuracy on "
            + Invariant($"{100 * defaults.ValidationShare:0} ")
            + Invariant($"% of each class, out of {defaults.Strengths} from {defaults.SmallestStrength:0.######} to ")
            + Invariant($"{defaults.LargestStrength}, then refitted on all.");
    }
}

/// <summary>Options of <see cref="LinearProtocol"/>.</summary>
internal sealed record LinearProtocolOptions : ProtocolOptions
{
    internal const string Lbfgs = "lbfgs";
    internal const string Sgd = "sgd";

    /// <summary>
    /// lbfgs: regularised logistic regression on plain images, to convergence; sgd: with random crops and flips, features extracted anew in
    /// each epoch.
    /// </summary>
    [OneOf(Lbfgs, Sgd)]
    public string LinearSolver { get; init; } = Lbfgs;

    /// <summary>Epochs of the linear protocol with sgd.</summary>
    [Limit(AtLeast = 1)]
    public int LinearEpochs { get; init; } = 50;

    /// <summary>Images in a batch of the linear protocol with sgd.</summary>
    [Limit(AtLeast = 1, Unit = "image")]
    public int LinearBatchSize { get; init; } = 64;

    /// <summary>Peak learning rate of the linear protocol with sgd, for standardised features.</summary>
    [Limit(Above = 0)]
    public double LinearLearningRate { get; init; } = 0.1;

    /// <inheritdoc/>
    public override ProtocolOptions Quick() => this with { LinearEpochs = 5 };
}
