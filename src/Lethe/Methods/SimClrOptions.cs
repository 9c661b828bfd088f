using Lethe.Runtime;

namespace Lethe.Methods;

/// <summary>Options of <see cref="SimClr"/>.</summary>
public sealed record SimClrOptions
{
    /// <summary>τ, by which similarities are divided; 0.5 is the paper's for small images.</summary>
    public double Temperature { get; init; } = 0.5;

    /// <summary>Units of the projector's hidden layer.</summary>
    public int ProjectorHidden { get; init; } = 512;

    /// <summary>k, the size of an embedding.</summary>
    public int ProjectorOutput { get; init; } = 128;

    /// <summary>Checks the values.</summary>
    /// <exception cref="InvalidOptionException">A value cannot be used.</exception>
    public void Validate()
    {
        if (!(Temperature > 0))
            throw new InvalidOptionException($"--temperature must be positive, found {Temperature}.");
        if (ProjectorHidden < 1 || ProjectorOutput < 1)
            throw new InvalidOptionException($"--projector-hidden and --projector-output must be at least 1, found {ProjectorHidden} and {ProjectorOutput}.");
    }
}
