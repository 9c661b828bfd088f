using Lethe.Numerics;
using static TorchSharp.torch;

namespace Lethe.Diagnostics;

/// <summary>
/// Brings features whose squares would overflow or vanish into a range where they do not. Features that lie within it stay as they are,
/// bit for bit.
/// </summary>
internal static class Magnitude
{
    // The norm of a shorter row is lost in what torch divides by at least.
    private const double ShortestRow = 1e-12;

    /// <summary>Rows of unit length, with the gradient of that; a row of zeros stays one.</summary>
    /// <param name="features">Shape [..., d], finite.</param>
    /// <param name="type">The floating point type to compute in; null takes the features' own.</param>
    public static Tensor UnitRows(Tensor features, ScalarType? type = null)
    {
        ScalarType target = type ?? features.dtype;
        Tensor most = Largest(features.detach(), -1, keepdim: true); // [..., 1]
        Tensor outside = (most.lt(Like(most, ShortestRow)) | most.gt(Like(most, Most(target)))) & most.gt(Like(most, 0));
        Tensor rows = outside.any().item<bool>() ? features / where(outside, most, ones_like(most)) : features;
        return nn.functional.normalize(rows.to(target), 2, -1, ShortestRow);
    }

    /// <summary>
    /// Features in float64, divided by their largest absolute value where that lies outside the range in which squares are exact enough.
    /// </summary>
    /// <returns>The features, and what they were divided by: 1 within the range.</returns>
    public static (Tensor Features, double Divisor) Tamed(Tensor features)
    {
        Tensor wide = features.to(ScalarType.Float64);
        double most = Largest(wide);
        return most == 0 || IsTame(most, ScalarType.Float64) ? (wide, 1) : (wide / Like(wide, most), most);
    }

    /// <summary>Which columns have squares that are exact enough in their own type, [d]; a column of zeros is one of them.</summary>
    /// <param name="features">Shape [N, d], finite.</param>
    public static Tensor TameColumns(Tensor features)
    {
        Tensor most = Columns(features);
        return most.eq(zeros_like(most)) | (most.le(Like(most, Most(features.dtype))) & most.ge(Like(most, Least(features.dtype))));
    }

    /// <summary>Whether differences of such numbers are sure to be finite.</summary>
    public static bool CanBeSubtracted(Tensor features) => Largest(features) <= Most(features.dtype);

    /// <summary>The largest absolute value of each column, [d] in float64.</summary>
    public static Tensor Columns(Tensor features) => Largest(features.detach(), 0, keepdim: false).to(ScalarType.Float64);

    /// <summary>Whether sums of squares of numbers up to this one neither overflow nor vanish.</summary>
    public static bool IsTame(double most, ScalarType type) => most <= Most(type) && most >= Least(type);

    /// <summary>The largest absolute value of all.</summary>
    public static double Largest(Tensor features) => Math.Max(features.max().Value(), -features.min().Value());

    // Without a copy of them all, as their absolute values would be.
    private static Tensor Largest(Tensor features, long dimension, bool keepdim) =>
        maximum(features.amax([dimension], keepdim), features.amin([dimension], keepdim).neg());

    private static double Most(ScalarType type) => type == ScalarType.Float64 ? 1e100 : 1e15;

    private static double Least(ScalarType type) => type == ScalarType.Float64 ? 1e-100 : 1e-15;

    private static Tensor Like(Tensor values, double number) => tensor(number, dtype: values.dtype, device: values.device);
}
