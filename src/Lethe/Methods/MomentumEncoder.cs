using Lethe.Models;
using Lethe.Numerics;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Lethe.Methods;

/// <summary>
/// A second backbone and projector that follow the trained ones as an exponential moving average of their weights:
/// MoCo's key encoder, BYOL's target network. It gives embeddings without gradient.
/// </summary>
/// <remarks>
/// Batch-norm has running statistics of its own, from the passes of this encoder. Views enter it where they enter the
/// trained backbone, so an early part that is frozen is shared: neither run nor moved here. Of one thread at a time. The method that
/// registers it disposes it.
/// </remarks>
public sealed class MomentumEncoder : Module
{
    private readonly ResNet backbone;
    private readonly Module<Tensor, Tensor> projector;

    /// <summary>Creates the encoder with the weights of the trained one.</summary>
    /// <param name="online">The trained backbone.</param>
    /// <param name="onlineProjector">The trained projector.</param>
    /// <param name="projector">A projector of the same shape, which becomes part of this encoder.</param>
    public MomentumEncoder(ResNet online, Module<Tensor, Tensor> onlineProjector, Module<Tensor, Tensor> projector)
        : base(nameof(MomentumEncoder))
    {
        backbone = new ResNet(online.Options, online.InputChannels, online.ImageSize);
        this.projector = projector;
        register_module("backbone", backbone);
        register_module("projector", projector);
        foreach (TorchSharp.Modules.Parameter parameter in parameters())
        {
            parameter.requires_grad = false;
        }

        Match(online, onlineProjector);
    }

    /// <summary>
    /// The weight of the past at a step: constant, or rising from <paramref name="rate"/> to 1 as
    /// 1 − (1 − rate)(cos(πk/K) + 1)/2 with k steps done before this one of K (Grill 2020, 2006.07733).
    /// </summary>
    /// <param name="rate">τ₀, in [0, 1].</param>
    /// <param name="cosine">Whether it rises.</param>
    /// <param name="progress">How far training has come, the step just taken included.</param>
    /// <returns>τ, in [0, 1].</returns>
    public static double Rate(double rate, bool cosine, TrainingProgress progress) => cosine
        ? 1 - (1 - rate) * (Math.Cos(Math.PI * (progress.Step - 1) / progress.TotalSteps) + 1) / 2
        : rate;

    /// <summary>What <see cref="IBoundToLength.BoundToLength"/> says of a weight that rises over training.</summary>
    internal static string? BoundToLength(bool cosine) => cosine ? "--schedule-target-momentum false" : null;

    /// <summary>The embeddings of views, without gradient.</summary>
    /// <param name="from">Where the views enter.</param>
    /// <param name="views">[n, C, H, W], float32, as they enter the backbone there.</param>
    /// <returns>[n, k], of the dispose scope that is open; not normalised.</returns>
    /// <exception cref="ArgumentException">The views do not fit the backbone.</exception>
    public Tensor Embed(SplitPoint from, Tensor views)
    {
        using IDisposable frozen = no_grad();
        return projector.forward(backbone.ForwardFrom(from, views.detach()));
    }

    /// <summary>Takes over all weights and running statistics of the trained encoder, as at the beginning.</summary>
    /// <param name="online">The trained backbone.</param>
    /// <param name="onlineProjector">The trained projector.</param>
    internal void Match(ResNet online, Module<Tensor, Tensor> onlineProjector)
    {
        backbone.PlaceWhitening(online.Whitening is not null);
        backbone.load_state_dict(online.state_dict());
        projector.load_state_dict(onlineProjector.state_dict());
    }

    /// <summary>Moves the weights: θ ← τθ + (1 − τ)·online. What is not trained there is not moved here.</summary>
    /// <param name="online">The trained backbone.</param>
    /// <param name="onlineProjector">The trained projector.</param>
    /// <param name="rate">τ, in [0, 1].</param>
    public void Follow(ResNet online, Module<Tensor, Tensor> onlineProjector, double rate)
    {
        using IDisposable frozen = no_grad();
        foreach ((Module from, Module to) in new (Module, Module)[] { (online, backbone), (onlineProjector, projector) })
        {
            foreach ((TorchSharp.Modules.Parameter source, TorchSharp.Modules.Parameter target) in from.parameters().Zip(to.parameters()))
            {
                if (source.requires_grad)
                    target.Times_(rate).Plus_(source, 1 - rate);
            }
        }
    }
}
