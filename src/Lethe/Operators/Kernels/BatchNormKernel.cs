using Lethe.Numerics;

namespace Lethe.Operators.Kernels;

/// <summary>
/// Batch normalisation of rows of channels, with an addend and a ReLU after it where a network has them: forwards one pass for the
/// moments and one for the rest, backwards the same. Results depend neither on the number of threads nor on the width of the vectors.
/// </summary>
internal abstract unsafe class BatchNormKernel
{
    private static readonly BatchNormKernel Wide = new BatchNormLanes<Lane16>(), Narrow = new BatchNormLanes<Lane8>();

    /// <summary>Whether rows of so many channels can be done here.</summary>
    /// <param name="channels">C.</param>
    /// <returns>Whether they can.</returns>
    public static bool Serves(int channels) => Lanes.Supported && channels % Lane8.Count == 0;

    /// <summary>The kernel for rows of so many channels, with the widest vectors that they fill.</summary>
    /// <param name="channels">C, which <see cref="Serves"/>.</param>
    /// <returns>The kernel.</returns>
    public static BatchNormKernel For(int channels) => Lanes.Wide && channels % Lane16.Count == 0 ? Wide : Narrow;

    /// <summary>Mean and (biased) variance of each channel.</summary>
    /// <param name="map">[rows, <paramref name="channels"/>].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="channels">C.</param>
    /// <param name="mean">[C], written.</param>
    /// <param name="variance">[C], written.</param>
    public abstract void Moments(float* map, nint rows, int channels, double[] mean, double[] variance);

    /// <summary>z = scale·y + shift, plus an addend, rectified.</summary>
    /// <param name="map">y, [rows, C].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="channels">C.</param>
    /// <param name="scale">[C].</param>
    /// <param name="shift">[C].</param>
    /// <param name="addend">[rows, C], or null.</param>
    /// <param name="rectify">Whether negative numbers become 0.</param>
    /// <param name="output">z, [rows, C], written.</param>
    public abstract void Forward(
        float* map, nint rows, int channels, float* scale, float* shift, float* addend, bool rectify, float* output);

    /// <summary>Σ g and Σ g·(y − mean) over rows: g is the gradient with respect to z, 0 where z was rectified away.</summary>
    /// <param name="map">y, [rows, C].</param>
    /// <param name="gradient">The gradient with respect to z, [rows, C].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="channels">C.</param>
    /// <param name="mean">[C].</param>
    /// <param name="scale">[C].</param>
    /// <param name="shift">[C].</param>
    /// <param name="rectified">z, where there was an addend; null otherwise.</param>
    /// <param name="rectify">Whether there was a ReLU.</param>
    /// <param name="sum">Σ g, [C], written.</param>
    /// <param name="product">Σ g·(y − mean), [C], written.</param>
    public abstract void BackwardSums(
        float* map, float* gradient, nint rows, int channels, float* mean, float* scale, float* shift, float* rectified, bool rectify,
        double[] sum, double[] product);

    /// <summary>The gradient with respect to y: a·g + b·y + c for each channel; and with respect to the addend: g.</summary>
    /// <param name="map">y, [rows, C].</param>
    /// <param name="gradient">The gradient with respect to z, [rows, C].</param>
    /// <param name="rows">Rows.</param>
    /// <param name="channels">C.</param>
    /// <param name="factors">a, b and c, [3, C].</param>
    /// <param name="scale">[C].</param>
    /// <param name="shift">[C].</param>
    /// <param name="rectified">z, where there was an addend; null otherwise.</param>
    /// <param name="rectify">Whether there was a ReLU.</param>
    /// <param name="output">[rows, C], written.</param>
    /// <param name="addend">[rows, C], written; or null.</param>
    public abstract void Backward(
        float* map, float* gradient, nint rows, int channels, float* factors, float* scale, float* shift, float* rectified, bool rectify,
        float* output, float* addend);
}
