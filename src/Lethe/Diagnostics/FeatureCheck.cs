using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>What every measure asks of its features before it starts.</summary>
internal static class FeatureCheck
{
    // d/(mε²) stays far from what float64 cannot hold.
    private const double LeastEpsilonSquared = 1e-100;

    /// <summary>Asks for a floating point matrix [N, d] without NaN or infinity.</summary>
    public static void Matrix(Tensor features, string name)
    {
        Shape(features, 2, "[rows, dimension]", name);
        Finite(features, name);
    }

    /// <summary>Asks for a floating point tensor of so many dimensions, none of them empty.</summary>
    public static void Shape(Tensor features, int dimensions, string expected, string name)
    {
        ArgumentNullException.ThrowIfNull(features, name);
        if (features.dim() != dimensions || features.numel() == 0 || !features.is_floating_point())
            throw new ArgumentException($"Expected features of shape {expected} in floating point, found {features.dtype} of shape "
                + $"[{string.Join(", ", features.shape)}].", name);
    }

    /// <summary>Asks for features without NaN or infinity, [..., d]; rows are counted over all leading dimensions.</summary>
    public static void Finite(Tensor features, string name)
    {
        using var scope = NewDisposeScope();
        Tensor wrong = features.detach().reshape(-1, features.size(-1)).isfinite().logical_not(), bad = wrong.any(1); // [rows, d], [rows]
        long count = bad.count_nonzero().item<long>();
        if (count == 0)
            return;

        long row = bad.to_type(ScalarType.Int32).argmax().item<long>(), column = wrong[row].to_type(ScalarType.Int32).argmax().item<long>();
        throw new DataException(
            $"Expected finite features, found NaN or infinity in {count} of {bad.numel()} rows of {name}, first in row {row}, column "
            + $"{column} (counted from 0). "
            + "Remove those rows, or look for what made the encoder produce them.");
    }

    /// <summary>Asks for one label a row.</summary>
    public static void Labels(Tensor features, IReadOnlyList<int> labels, string name)
    {
        ArgumentNullException.ThrowIfNull(labels, name);
        if (labels.Count != features.size(0))
            throw new ArgumentException($"Expected one label for each of {features.size(0)} rows, found {labels.Count} labels.", name);
    }

    /// <summary>Asks for a usable distortion.</summary>
    public static void EpsilonSquared(double epsilonSquared)
    {
        if (!double.IsFinite(epsilonSquared) || epsilonSquared < LeastEpsilonSquared)
            throw new InvalidOptionException(
                Invariant($"ε² must be a positive number, not below {LeastEpsilonSquared}, found {epsilonSquared}. ")
                + Invariant($"The usual value is {CodingRate.DefaultEpsilonSquared}."));
    }
}
