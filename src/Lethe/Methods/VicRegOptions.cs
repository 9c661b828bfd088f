using Lethe.Runtime;

namespace Lethe.Methods;

/// <summary>Options of <see cref="VicReg"/>.</summary>
public sealed record VicRegOptions
{
    /// <summary>Weight of the mean squared distance of the views.</summary>
    public double InvarianceWeight { get; init; } = 25;

    /// <summary>Weight of the hinge on the standard deviation of each feature.</summary>
    public double VarianceWeight { get; init; } = 25;

    /// <summary>Weight of the squared covariances.</summary>
    public double CovarianceWeight { get; init; } = 1;

    /// <summary>Units of each of the two hidden layers of the projector (the paper's expander).</summary>
    public int ProjectorHidden { get; init; } = 512;

    /// <summary>k, the size of an embedding.</summary>
    public int ProjectorOutput { get; init; } = 512;

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        if (!(InvarianceWeight >= 0) || !(VarianceWeight >= 0) || !(CovarianceWeight >= 0))
        {
            throw new InvalidOptionException(
                "--invariance-weight, --variance-weight and --covariance-weight must not be negative, found "
                + $"{InvarianceWeight}, {VarianceWeight} and {CovarianceWeight}.");
        }

        if (ProjectorHidden < 1 || ProjectorOutput < 1)
            throw new InvalidOptionException($"--projector-hidden and --projector-output must be at least 1, found {ProjectorHidden} and {ProjectorOutput}.");
    }
}
