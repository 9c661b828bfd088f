using Lethe.Storage.Weights;

namespace Lethe.Interchange;

/// <summary>Puts the tensors that a network does not need into groups, and says what each is.</summary>
internal static class LeftGroups
{
    private static readonly (string Part, string Why)[] kinds =
    [
        ("queue", "keys of a queue"),
        ("prototypes", "prototypes"),
        ("optim", "the optimiser's state"),
        ("scheduler", "the schedule's state"),
        ("proj", "a head"),
        ("predict", "a head"),
        ("head", "a head"),
        ("mlp", "a head"),
        ("neck", "a head"),
        ("fc", "a classifier or head"),
        ("linear", "a classifier or head"),
        ("classifier", "a classifier"),
        ("decoder", "a decoder"),
        ("normalisation", "how images are normalised"),
        ("num_batches_tracked", "counters of batches, which serve training alone"),
        ("generator", "the state of a generator"),
        ("rng", "the state of a generator"),
    ];

    /// <summary>The group of a tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="container">What is cut off its name.</param>
    /// <param name="chosen">The network that is taken; null of a graph.</param>
    /// <param name="networks">All networks of the file.</param>
    /// <returns>What the names of the group begin with, and why it is left.</returns>
    public static (string Group, string Why) Of(StoredTensor tensor, string container, Naming? chosen, IReadOnlyList<Naming> networks)
    {
        string name = tensor.Name;
        if (tensor.Kind is null)
            return (name[container.Length..], $"the type {tensor.Type} is not read");
        Naming? other = networks.Where(network => network != chosen && network.Prefix.Length > 0
            && name.StartsWith(network.Prefix, StringComparison.Ordinal)).MaxBy(network => network.Prefix.Length);
        if (other is not null && other.Rename(name[other.Prefix.Length..]) is not null)
            return (
                other.Prefix.TrimEnd('.'), EncoderChoice.Follows(other) ? "an encoder that follows the trained one" : "another encoder");
        string shown = chosen is not null
            && name.StartsWith(chosen.Prefix, StringComparison.Ordinal) ? name[..chosen.Prefix.Length] : container;
        string rest = name[shown.Length..];
        while (rest.StartsWith("module.", StringComparison.Ordinal) || rest.StartsWith("model.", StringComparison.Ordinal))
            (shown, rest) =
                (
                    shown + rest[..(rest.IndexOf('.', StringComparison.Ordinal) + 1)],
                    rest[(rest.IndexOf('.', StringComparison.Ordinal) + 1)..]);
        string group = (shown + rest.Split('.', '/')[0])[container.Length..];
        string why = kinds.FirstOrDefault(
            kind => rest.Contains(kind.Part, StringComparison.OrdinalIgnoreCase)).Why ?? "no part of the network";
        return (group, why);
    }
}
