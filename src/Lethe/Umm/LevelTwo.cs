using Lethe.Methods;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Umm;

/// <summary>Level two on a batch.</summary>
/// <param name="Loss">What the method said, to be committed if the step counts.</param>
/// <param name="Reduction">ΔR of the instance partition, a scalar in nats.</param>
/// <param name="Weight">What ΔR weighs beside the loss; below zero where it is maximised.</param>
internal sealed record LevelTwo(MethodLoss Loss, Tensor Reduction, double Weight)
{
    /// <summary>L₂, a scalar with gradient.</summary>
    public Tensor Total => Weight != 0 ? Loss.Total.Plus(Reduction.Times(Weight)) : Loss.Total;
}
