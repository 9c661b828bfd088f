namespace Lethe.Methods;

/// <summary>Options of a method: each property is a flag and a YAML key. Stands in the file of its method.</summary>
public abstract record MethodOptions
{
    /// <summary>Checks the values.</summary>
    /// <exception cref="Runtime.InvalidOptionException">A value cannot be used; the message names the flag.</exception>
    public abstract void Validate();
}
