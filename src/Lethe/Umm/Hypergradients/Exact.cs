using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Umm.Hypergradients;

/// <summary>v − η₁·∇²L₁(φ)·v, differentiated to the end: in one pass, but with the graph of a gradient in memory.</summary>
internal sealed class Exact : Hypergradient
{
    /// <summary>The name in options.</summary>
    public const string Name = "exact";

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Complete(BilevelProblem problem, IReadOnlyList<Tensor> outer, string place)
    {
        IReadOnlyList<Tensor> product = problem.LevelOneCurvature(outer, place);
        return [.. outer.Select((v, i) => v - product[i].Times(problem.InnerLearningRate))];
    }
}
