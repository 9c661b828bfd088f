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
/// <para>
/// Of one thread at a time: a pass in training mode moves the running statistics of batch-norm. Whoever creates a method disposes it, and
/// with it backbone and heads. Tensors that it returns belong to the dispose scope that is open when it is called, or to the caller where
/// none is.
/// </para>
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
    /// <param name="features">h, [N, d], of the type and on the device of the parameters.</param>
    /// <returns>z, [N, k], with gradient where one is recorded; not normalised.</returns>
    public abstract Tensor Project(Tensor features);

    /// <summary>
    /// The loss of a batch. Changes no state of the method but batch-norm's running statistics, and those in training mode alone.
    /// </summary>
    /// <param name="views">
    /// The views, as they enter the backbone: [v·N, C, H, W], normalised float32 on the device of the parameters. They are not disposed,
    /// and must live until the gradient has been taken.
    /// </param>
    /// <param name="progress">How far training has come: the steps that were done before this one.</param>
    /// <returns>
    /// The loss, a scalar whose gradient can be differentiated again, and what goes with it; its tensors are the caller's to dispose.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The views do not fit the backbone, have been disposed, or are of fewer images than the loss is defined for.
    /// </exception>
    /// <exception cref="Runtime.TrainingException">
    /// The batch has no loss: its embeddings are not finite, or too much alike to be decorrelated.
    /// </exception>
    public abstract MethodLoss Loss(Views views, TrainingProgress progress);

    /// <summary>Called once after each step of the optimiser: momentum encoders follow, prototypes are normalised.</summary>
    /// <param name="progress">How far training has come, this step included.</param>
    public abstract void AfterStep(TrainingProgress progress);
}
