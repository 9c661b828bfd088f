using Lethe.Runtime;

namespace Lethe.Evaluation.Protocols;

/// <summary>All protocols, by name. A new one is one file and one line here.</summary>
public static class ProtocolRegistry
{
    /// <summary>The protocols in the order in which they are listed and shown.</summary>
    public static IReadOnlyList<ProtocolEntry> All { get; } =
    [
        LinearProtocol.Entry,
        KnnProtocol.Entry,
        ClusteringProtocol.Entry,
        SemiProtocol.Entry,
        TransferProtocol.Entry,
        RobustnessProtocol.Entry,
        ColourProtocol.Entry,
        DomainsProtocol.Entry,
        DenseProtocol.Entry,
        CausalProtocol.Entry,
    ];

    /// <summary>Finds a protocol.</summary>
    /// <param name="name">Its name, as in <c>--protocol</c>.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="InvalidOptionException">No protocol has that name.</exception>
    public static ProtocolEntry Find(string name) => All.FirstOrDefault(entry => entry.Name == name)
        ?? throw new InvalidOptionException($"--protocol '{name}' is unknown. Use one or several of {string.Join(", ", All.Select(entry => entry.Name))}, with commas between.");
}
