using Lethe.Runtime;

namespace Lethe.Methods;

/// <summary>Options of a method: each property is a flag and a YAML key. Stands in the file of its method.</summary>
public abstract record MethodOptions : OptionRecord;
