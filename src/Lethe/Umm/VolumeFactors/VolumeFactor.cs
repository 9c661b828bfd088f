using Lethe.Methods;
using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Umm.VolumeFactors;

/// <summary>Estimates by how much the late layers stretch the space around each sample.</summary>
public abstract class VolumeFactor
{
    /// <summary>Names that <see cref="Create"/> takes.</summary>
    public static readonly IReadOnlyList<string> Names = [LossGradient.Name];

    /// <summary>Creates a volume factor by name.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <returns>The volume factor.</returns>
    /// <exception cref="InvalidOptionException">No volume factor has that name.</exception>
    public static VolumeFactor Create(string name) => name switch
    {
        LossGradient.Name => new LossGradient(),
        _ => throw new InvalidOptionException($"--volume '{name}' is unknown. Use one of {string.Join(", ", Names)}."),
    };

    /// <summary>The logarithm of each sample's volume factor.</summary>
    /// <param name="early">z_e, the early features that the loss was computed from, a leaf with gradient, [n, C, H, W].</param>
    /// <param name="loss">The method's loss at z_e.</param>
    /// <param name="differentiable">Whether the result carries its gradient to the trained parameters.</param>
    /// <returns>[n].</returns>
    public abstract Tensor LogVolume(Tensor early, MethodLoss loss, bool differentiable);
}
