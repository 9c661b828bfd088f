using Lethe.Runtime;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// All protocols, by name. A new one of the library is one file and one line here; a program adds its own by <see cref="Add"/>.
/// </summary>
/// <remarks>Safe to use from several threads.</remarks>
public static class ProtocolRegistry
{
    private static readonly Registry<ProtocolEntry> registry = new("protocol", entry => entry.Name,
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
    ], "one or several of");

    /// <summary>The protocols in the order in which they are listed and shown: those of the library, then those that were added.</summary>
    public static IReadOnlyList<ProtocolEntry> All => registry.All;

    /// <summary>Adds a protocol, which is then evaluated, recorded and reported as the others are.</summary>
    /// <param name="entry">The protocol.</param>
    /// <exception cref="InvalidOptionException">
    /// There is a protocol of that name, the name is no lower-case word, or it draws its images.
    /// </exception>
    public static void Add(ProtocolEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Images == ProtocolImages.Generated)
        {
            throw new InvalidOptionException(
                $"The protocol '{entry.Name}' draws its images itself, which those of the library alone do. Let it take "
                + $"{ProtocolImages.Own} or {ProtocolImages.Target}.");
        }

        registry.Add(entry);
    }

    /// <summary>Finds a protocol.</summary>
    /// <param name="name">Its name, as in <c>--protocol</c>.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="InvalidOptionException">No protocol has that name.</exception>
    public static ProtocolEntry Find(string name) => registry.Find(name);
}
