using Lethe.Numerics;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// How much more an encoder answers to what does not matter than to what does: its answer to an intervention on the task-irrelevant factors
/// S_ur, divided by its answer to one on the task-relevant factor S_r.
/// </summary>
/// <remarks>
/// <code>
/// E‖f(x) − f(x under do(S_ur = s′))‖² / E‖f(x) − f(x under do(S_r = r′))‖²
/// </code>
/// Rows are L2-normalised first, so that an answer lies in [0, 4] whatever the scale of the layer. Below 1 the relevant factor moves the
/// features more. After the structural causal model of Qiang et al. 2024 (2410.00772), in which augmentation is an intervention on a part
/// of S_ur.
/// </remarks>
internal static class InterventionalSensitivity
{
    /// <summary>The answer of each image to one intervention: the squared distance of L2-normalised rows, in float64.</summary>
    /// <param name="features">Of the images as they are, [N, d].</param>
    /// <param name="changed">Of the same images under the intervention, [N, d].</param>
    /// <returns>N numbers in [0, 4].</returns>
    /// <exception cref="ArgumentException">The shapes cannot be used or differ.</exception>
    /// <exception cref="DataException">The features hold NaN or infinity.</exception>
    public static double[] Answers(Tensor features, Tensor changed)
    {
        FeatureCheck.Matrix(features, nameof(features));
        FeatureCheck.Matrix(changed, nameof(changed));
        if (!features.shape.SequenceEqual(changed.shape))
            throw new ArgumentException($"Expected features of the same images, of shape [{string.Join(", ", features.shape)}]; found "
                + $"[{string.Join(", ", changed.shape)}].", nameof(changed));
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        return (Rows(features) - Rows(changed)).Squared().sum([1]).cpu().data<double>().ToArray();
    }

    private static Tensor Rows(Tensor features) => Magnitude.UnitRows(features, ScalarType.Float64); // [N, d]
}
