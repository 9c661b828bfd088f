using static TorchSharp.torch;

namespace Lethe.Umm.Hypergradients;

/// <summary>v alone: level one is taken as a constant shift.</summary>
internal sealed class FirstOrder : Hypergradient
{
    /// <summary>The name in options.</summary>
    public const string Name = "first-order";

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Complete(BilevelProblem problem, IReadOnlyList<Tensor> outer, string place) => outer;
}
