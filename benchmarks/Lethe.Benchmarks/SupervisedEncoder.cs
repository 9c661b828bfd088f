using Lethe.Methods;
using Lethe.Models;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Benchmarks;

/// <summary>A backbone with a classifier, in the shape that layers are measured in: the classifier stands for the projector.</summary>
internal sealed class SupervisedEncoder : SslMethod
{
    private readonly Linear classifier;

    public SupervisedEncoder(ResNet backbone, int classes)
        : base("supervised", backbone)
    {
        classifier = Linear(backbone.FeatureDimension, classes);
        register_module("classifier", classifier);
    }

    /// <summary>The labels of the next batch's images, [N].</summary>
    public Tensor Labels { get; set; } = empty(0);

    public override Tensor Project(Tensor features) => classifier.forward(features);

    public override MethodLoss Loss(Views views, TrainingProgress progress)
    {
        Tensor features = Backbone.ForwardFrom(views.From, views.Full);
        Tensor logits = Project(features); // [2N, classes]
        Tensor loss = functional.cross_entropy(logits, cat([Labels, Labels]));
        return new MethodLoss(loss, [("crossEntropy", loss)], features, logits);
    }

    public override void AfterStep(TrainingProgress progress)
    {
    }
}
