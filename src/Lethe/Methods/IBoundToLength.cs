namespace Lethe.Methods;

/// <summary>Options under which a step may depend on how long training is in all, so that a training cannot be made longer.</summary>
internal interface IBoundToLength
{
    /// <summary>Says which option does.</summary>
    /// <returns>The flag and what to give instead, as "--schedule-target-momentum false"; null where nothing does.</returns>
    string? BoundToLength();
}
