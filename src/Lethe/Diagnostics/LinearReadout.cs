using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>A fitted linear regression of several targets: standardise, W, b.</summary>
/// <param name="Mean">What is taken off each feature, [d].</param>
/// <param name="Scale">What it is multiplied with then, [d]; 0 leaves a feature out.</param>
/// <param name="Weights">W, [d, t] row by row.</param>
/// <param name="Intercept">b, [t].</param>
/// <param name="Strengths">The chosen ridge penalty of each target, divided by the rows.</param>
/// <param name="ValidationDeterminations">
/// R² of that strength on the split-off part of the training rows, before the refit on all of them.
/// </param>
internal sealed record LinearReadout(
    double[] Mean, double[] Scale, double[] Weights, double[] Intercept, double[] Strengths, double[] ValidationDeterminations)
{
    internal static LinearReadout Of(Ridge ridge, double[] strengths, double[] validation)
    {
        static double[] Numbers(Tensor values) => values.to(ScalarType.Float64).cpu().contiguous().reshape(-1).data<double>().ToArray();
        Tensor penalties = tensor(strengths, device: ridge.Eigenvalues.device).Times(ridge.Rows); // [t]
        Tensor damping = ridge.Eigenvalues.unsqueeze(1).Plus(penalties); // [r, t]
        Tensor weights = ridge.Basis.matmul(ridge.Coefficients / damping); // [d, t]
        return new LinearReadout(
            Numbers(ridge.Standard.Mean), Numbers(ridge.Standard.Scale), Numbers(weights), Numbers(ridge.Intercept), strengths, validation);
    }

    /// <summary>Reads the targets.</summary>
    /// <param name="features">[M, d].</param>
    /// <returns>[M, t] in float64, on the processor.</returns>
    /// <exception cref="ArgumentException">The features have another dimension.</exception>
    public Tensor Read(Tensor features)
    {
        if (features.dim() != 2 || features.size(1) != Mean.Length)
            throw new ArgumentException(
                $"Expected features of dimension {Mean.Length}, found [{string.Join(", ", features.shape)}].", nameof(features));
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        Tensor standardised = Standardisation.Apply(features.cpu().to(ScalarType.Float64), tensor(Mean), tensor(Scale));
        return standardised.matmul(tensor(Weights).reshape(Mean.Length, -1)).Plus(tensor(Intercept)).MoveToOuterDisposeScope(); // [M, t]
    }
}
