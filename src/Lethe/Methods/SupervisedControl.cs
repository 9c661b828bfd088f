using Lethe.Models;
using Lethe.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>
/// No self-supervised method but the positive control for those that measure memorisation: cross-entropy with labels, which
/// <c>--label-noise</c> may spoil. What is learnt of wrong labels is memorised, and in the last layers (Zhang 2017, 1611.03530; Stephenson
/// 2021, 2105.14602).
/// </summary>
/// <remarks>
/// <para>loss = −1/2N Σ_a log softmax(W h_a + b)[y_a]</para>
/// <para>
/// h_a: the backbone's features of a view; y_a: the label of its image. The classifier's output stands for the projector's. No deviation.
/// </para>
/// </remarks>
internal sealed class SupervisedControl : SslMethod
{
    private readonly Linear classifier;

    /// <summary>How it is chosen and listed.</summary>
    public static MethodEntry Entry { get; } = new MethodEntry<SupervisedControlOptions>
    {
        Name = "supervised",
        Title = "Supervised",
        Summary = "a control, not self-supervised: learns labels, some of them wrong with --label-noise",
        Source = "Zhang 2017, 1611.03530",
        Needs = "labels",
        RelativeCost = 1,
        AgainstCollapse = "lower --learning-rate",
        Defaults = new SupervisedControlOptions(),
        WithClasses = (options, classes) => options with { Classes = classes },
        Build = (options, backbone) => new SupervisedControl(options, backbone),
    };

    /// <summary>Creates the method with a fresh classifier.</summary>
    /// <param name="options">Its options, the number of classes among them.</param>
    /// <param name="backbone">The network to train.</param>
    public SupervisedControl(SupervisedControlOptions options, ResNet backbone)
        : base(Entry.Name, backbone)
    {
        options.Validate();
        classifier = Linear(backbone.FeatureDimension, Math.Max(2, options.Classes));
        register_module("classifier", classifier);
    }

    /// <inheritdoc/>
    public override Tensor Project(Tensor features) => classifier.forward(features);

    /// <inheritdoc/>
    public override MethodLoss Loss(Views views, TrainingProgress progress)
    {
        Tensor labels = views.Labels
            ?? throw new ArgumentException("Expected the labels of the images, [N], found none.", nameof(views));
        Tensor features = Backbone.ForwardFrom(views.From, views.Full); // [2N, d]
        Tensor logits = Project(features); // [2N, classes]
        Tensor loss = functional.cross_entropy(logits, cat([labels, labels]));
        return new MethodLoss(loss, [("crossEntropy", loss)], features, logits);
    }

    /// <inheritdoc/>
    public override void AfterStep(TrainingProgress progress)
    {
        // Nothing follows the optimiser.
    }
}

/// <summary>Options of <see cref="SupervisedControl"/>.</summary>
internal sealed record SupervisedControlOptions : MethodOptions
{
    /// <summary>How many classes there are.</summary>
    [Limit(AtLeast = 2, Unit = "classes", Zero = "for those of the images")]
    public int Classes { get; init; }
}
