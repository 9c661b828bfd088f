using Lethe.Runtime;
using static TorchSharp.torch;

namespace Lethe.Umm.VolumeFactors;

/// <summary>Estimates by how much the late layers stretch the space around each sample.</summary>
internal abstract class VolumeFactor
{
    /// <summary>Names that <see cref="Create"/> takes.</summary>
    public static readonly IReadOnlyList<string> Names = [LossGradient.Name, JacobianVolume.Name, JacobianNorm.Name];

    /// <summary>Creates the volume factor of some options.</summary>
    /// <param name="options">Its name, one of <see cref="Names"/>, and what it takes.</param>
    /// <returns>The volume factor.</returns>
    /// <exception cref="InvalidOptionException">No volume factor has that name.</exception>
    public static VolumeFactor Create(UmmOptions options) => options.Volume switch
    {
        LossGradient.Name => new LossGradient(),
        JacobianVolume.Name => new JacobianVolume(options.Probes, options.VolumeFloor),
        JacobianNorm.Name => new JacobianNorm(options.Probes),
        _ => throw new InvalidOptionException($"--volume '{options.Volume}' is unknown. Use one of {string.Join(", ", Names)}."),
    };

    /// <summary>The logarithm of each sample's volume factor.</summary>
    /// <param name="sample">The batch and the late layers.</param>
    /// <param name="differentiable">Whether the result carries its gradient to the trained parameters.</param>
    /// <returns>[n].</returns>
    public abstract Tensor LogVolume(VolumeSample sample, bool differentiable);
}
