using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Umm.Hypergradients;

/// <summary>
/// ∇_φ of level two, where φ′ = φ − η₁∇L₁(φ): v − η₁·∇²L₁(φ)·v with v = ∇L₂(φ′), or an approximation of it.
/// </summary>
internal abstract class Hypergradient
{
    /// <summary>Names that <see cref="Create"/> takes.</summary>
    public static readonly IReadOnlyList<string> Names = [FirstOrder.Name, FiniteDifference.Name, Exact.Name];

    /// <summary>Creates the hypergradient of some options.</summary>
    /// <param name="options">Its name, one of <see cref="Names"/>, and what it takes.</param>
    /// <returns>The hypergradient.</returns>
    /// <exception cref="InvalidOptionException">No hypergradient has that name.</exception>
    public static Hypergradient Create(UmmOptions options) => options.Hypergradient switch
    {
        FirstOrder.Name => new FirstOrder(),
        FiniteDifference.Name => new FiniteDifference(options.FiniteDifferenceRadius),
        Exact.Name => new Exact(),
        _ => throw new InvalidOptionException(
            $"--hypergradient '{options.Hypergradient}' is unknown. Use one of {string.Join(", ", Names)}."),
    };

    /// <summary>Completes the gradient of level two.</summary>
    /// <param name="problem">Both levels; φ and the running statistics stand as level one found them, and do again afterwards.</param>
    /// <param name="outer">v, the gradient of level two at φ′, one tensor for each of φ.</param>
    /// <param name="place">Where in the run, for messages.</param>
    /// <returns>One tensor for each of φ.</returns>
    public abstract IReadOnlyList<Tensor> Complete(BilevelProblem problem, IReadOnlyList<Tensor> outer, string place);
}
