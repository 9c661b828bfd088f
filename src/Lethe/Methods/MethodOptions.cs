using Lethe.Runtime;

namespace Lethe.Methods;

/// <summary>Options of a method: each property is a flag and a YAML key. Stands in the file of its method.</summary>
public abstract record MethodOptions : OptionRecord
{
    /// <summary>Says which option makes a step depend on how long training is in all, so that a training cannot be made longer.</summary>
    /// <returns>The flag and what to give instead, as "--schedule-target-momentum false"; null where nothing does.</returns>
    public virtual string? BoundToLength() => null;
}
