using static TorchSharp.torch;

namespace Lethe.Umm.Hypergradients;

/// <summary>
/// v − η₁·[∇L₁(φ + εv) − ∇L₁(φ − εv)] / 2ε with ε = 0.01/‖v‖ (Liu et al. 2019, DARTS, 1806.09055, eq. 8).
/// </summary>
public sealed class FiniteDifference : Hypergradient
{
    /// <summary>The name in options.</summary>
    public const string Name = "finite-difference";

    private const double Radius = 0.01;

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor> Complete(BilevelProblem problem, IReadOnlyList<Tensor> outer, string place)
    {
        double norm = Math.Sqrt(outer.Sum(v => v.square().sum().to(ScalarType.Float64).item<double>()));
        if (norm == 0)
            return outer;
        double epsilon = Radius / norm;
        using var start = new ParameterValues(problem.Parameters);
        start.Shift(outer, epsilon);
        IReadOnlyList<Tensor> ahead = problem.LevelOneGradient(place).Gradient;
        start.Restore();
        start.Shift(outer, -epsilon);
        IReadOnlyList<Tensor> behind = problem.LevelOneGradient(place).Gradient;
        start.Restore();
        double factor = problem.InnerLearningRate / (2 * epsilon);
        return [.. outer.Select((v, i) => v - factor * (ahead[i] - behind[i]))];
    }
}
