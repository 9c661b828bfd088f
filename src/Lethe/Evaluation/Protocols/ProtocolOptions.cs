using Lethe.Runtime;

namespace Lethe.Evaluation.Protocols;

/// <summary>Options of a protocol: each property is a flag and a YAML key. Stands in the file of its protocol.</summary>
public abstract record ProtocolOptions : OptionRecord
{
    /// <summary>The values of <c>--quick</c>: what takes seconds where the defaults take minutes.</summary>
    /// <returns>A copy.</returns>
    public abstract ProtocolOptions Quick();
}
