namespace Lethe.Evaluation.Protocols;

/// <summary>Which images a protocol works on.</summary>
public enum ProtocolImages
{
    /// <summary>Those of the encoder's own data set.</summary>
    Own,

    /// <summary>Those of another data set, <c>--target</c>.</summary>
    Target,

    /// <summary>Those of a target of several domains, each of which is left out in turn.</summary>
    Domains,

    /// <summary>Those that it draws itself; protocols of the library alone do.</summary>
    Generated,
}
