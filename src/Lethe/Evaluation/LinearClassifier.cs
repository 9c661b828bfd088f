using Lethe.Diagnostics;
using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Evaluation;

/// <summary>A fitted linear classifier: standardise, W, b, the largest score wins.</summary>
/// <param name="Classes">The label of each column, in order.</param>
/// <param name="Mean">What is taken off each feature, [d].</param>
/// <param name="Scale">What it is multiplied with then, [d]; 0 leaves a feature out.</param>
/// <param name="Weights">W, [d, c] row by row.</param>
/// <param name="Bias">b, [c].</param>
/// <param name="Strength">λ of the regularisation; 0 for none.</param>
internal sealed record LinearClassifier(int[] Classes, double[] Mean, double[] Scale, double[] Weights, double[] Bias, double Strength)
{
    /// <summary>From what was fitted.</summary>
    /// <param name="classes">The label of each column.</param>
    /// <param name="standard">How features were standardised.</param>
    /// <param name="weights">W of standardised features, [d, c].</param>
    /// <param name="bias">b, [c].</param>
    /// <param name="strength">λ; 0 for none.</param>
    internal static LinearClassifier Of(int[] classes, Standardisation standard, Tensor weights, Tensor bias, double strength)
    {
        using var scope = NewDisposeScope();
        static double[] Numbers(Tensor values) => values.to(ScalarType.Float64).contiguous().reshape(-1).data<double>().ToArray();
        return new LinearClassifier(classes, Numbers(standard.Mean), Numbers(standard.Scale), Numbers(weights), Numbers(bias), strength);
    }

    /// <summary>Labels rows.</summary>
    /// <param name="features">[M, d].</param>
    /// <returns>M labels.</returns>
    /// <exception cref="ArgumentException">The features have another dimension.</exception>
    public int[] Predict(Tensor features)
    {
        if (features.dim() != 2 || features.size(1) != Mean.Length)
            throw new ArgumentException(
                $"Expected features [M, {Mean.Length}], found [{string.Join(", ", features.shape)}].", nameof(features));
        using IDisposable frozen = no_grad();
        using var scope = NewDisposeScope();
        ScalarType type = features.dtype == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        Tensor As(double[] values) => tensor(values).to(type);
        Tensor standardised = Standardisation.Apply(features.cpu().to(type), As(Mean), As(Scale)); // [M, d]
        Tensor scores = standardised.matmul(As(Weights).reshape(Mean.Length, -1)).Plus(As(Bias)); // [M, c]
        return [.. scores.argmax(1).data<long>().ToArray().Select(index => Classes[index])];
    }
}
