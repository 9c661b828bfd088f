using Lethe.Models;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>
/// A self-supervised method: a backbone, the heads that its loss needs, and the loss. Everything that must outlive a
/// step (heads, a momentum encoder, a queue, prototypes, running moments) is a registered module, parameter or buffer,
/// and so is in <c>state_dict</c>, in every checkpoint, and moves between devices.
/// </summary>
/// <remarks>
/// Parameters that require no gradient are not trained. A momentum encoder is a second backbone, run from the same
/// <see cref="Views.From"/>, so that it shares a frozen early part. In a step the trainer calls <see cref="Loss"/>,
/// the gradient, the optimiser, <see cref="MethodLoss.Commit"/> for each batch that counted, then
/// <see cref="AfterStep"/>.
/// </remarks>
public abstract class SslMethod : Module
{
    /// <summary>Registers the backbone.</summary>
    /// <param name="name">The method's name, as in <c>--method</c>.</param>
    /// <param name="backbone">The network to train.</param>
    protected SslMethod(string name, ResNet backbone)
        : base(name)
    {
        Backbone = backbone;
        register_module("backbone", backbone);
    }

    /// <summary>The network that is trained, and all that is kept for downstream use.</summary>
    public ResNet Backbone { get; }

    /// <summary>
    /// The child modules whose learning rate is not lowered by the schedule of pre-training (SimSiam's predictor); none by default.
    /// </summary>
    public IReadOnlyList<string> UnscheduledParts { get; protected init; } = [];

    /// <summary>The embedding that the loss sees, diagnosed as the layer <c>projector</c>.</summary>
    /// <param name="features">h, [N, d].</param>
    /// <returns>z, [N, k].</returns>
    public abstract Tensor Project(Tensor features);

    /// <summary>The loss of a batch. Changes no state of the method but batch-norm's running statistics.</summary>
    /// <param name="views">The views, as they enter the backbone.</param>
    /// <param name="progress">How far training has come.</param>
    /// <returns>The loss and what goes with it.</returns>
    public abstract MethodLoss Loss(Views views, TrainingProgress progress);

    /// <summary>Called once after each step of the optimiser: momentum encoders follow, prototypes are normalised.</summary>
    /// <param name="progress">How far training has come, this step included.</param>
    public abstract void AfterStep(TrainingProgress progress);
}
