using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Umm.Hypergradients;

/// <summary>
/// v − η₁·[∇L₁(φ + εv) − ∇L₁(φ − εv)] / 2ε with ε = radius/‖v‖; the radius of the source is 0.01 (Liu et al. 2019, DARTS,
/// 1806.09055, eq. 8).
/// </summary>
/// <remarks>
/// Between φ − εv and φ + εv lie kinks of the ReLU network, at which ∇L₁ jumps; their number grows with ε and is divided by it, so that
/// a smaller radius is not a better one until it is too small for single precision. docs/results/performance.md has numbers.
/// </remarks>
/// <param name="radius">‖εv‖, positive.</param>
internal sealed class FiniteDifference(double radius) : Hypergradient
{
    /// <summary>The name in options.</summary>
    public const string Name = "finite-difference";

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Complete(BilevelProblem problem, IReadOnlyList<Tensor> outer, string place)
    {
        double norm = TensorArithmetic.Length(outer);
        if (norm == 0)
            return outer;
        double epsilon = radius / norm;
        using var start = new ParameterValues(problem.Parameters);
        start.Shift(outer, epsilon);
        IReadOnlyList<Tensor> ahead = problem.LevelOneGradient(place).Gradient;
        start.Restore();
        start.Shift(outer, -epsilon);
        IReadOnlyList<Tensor> behind = problem.LevelOneGradient(place).Gradient;
        start.Restore();
        double factor = problem.InnerLearningRate / (2 * epsilon);
        return [.. outer.Select((v, i) => v - (ahead[i] - behind[i]).Times(factor))];
    }
}
