using Lethe.Runtime;
using Lethe.Storage.Weights;

namespace Lethe.Interchange;

/// <summary>Chooses among the networks of a file: the trained one, not what follows it as a moving average.</summary>
internal static class EncoderChoice
{
    private static readonly HashSet<string> following = ["momentum", "teacher", "target", "ema", "key", "k", "averaged"];

    /// <summary>Chooses.</summary>
    /// <param name="path">The file, for errors.</param>
    /// <param name="networks">At least one.</param>
    /// <param name="tensors">All tensors of the file.</param>
    /// <param name="part">What the name in front must contain; null for the usual choice.</param>
    /// <param name="notes">Takes what was chosen and why, where there was a choice.</param>
    /// <returns>The network.</returns>
    /// <exception cref="InvalidOptionException">No network has that part.</exception>
    public static Naming Choose(
        string path, IReadOnlyList<Naming> networks, IReadOnlyList<StoredTensor> tensors, string? part, List<string> notes)
    {
        if (part is not null)
        {
            Naming[] named = [.. networks.Where(network => network.Prefix.Contains(part, StringComparison.Ordinal))];
            return named.Length > 0
                ? named[0]
                : throw new InvalidOptionException(
                    $"--part '{part}': {path} has the encoders {List(networks)}. Name a part of one of these.");
        }

        if (networks.Count == 1)
            return networks[0];
        Naming[] trained = [.. networks.Where(network => !Follows(network))];
        Naming? teacher = networks.FirstOrDefault(network => Has(network.Prefix, "teacher"));
        (Naming chosen, string why) = teacher is not null && tensors.Any(tensor => Has(tensor.Name, "last_layer"))
            ? (teacher, "DINO evaluates the teacher, which is the better one at every time of its training")
            : trained.Length > 0
                ? (trained[0], networks.Count > trained.Length
                    ? "it is the trained one, the others follow it as moving averages"
                    : "it stands first in the file")
                : (networks[0], "it stands first in the file");
        string others = List([.. networks.Where(network => network != chosen)]);
        notes.Add($"the encoder at '{Label(chosen)}' was taken: {why}; others are {others}, which --part takes");
        return chosen;
    }

    /// <summary>What a network's names begin with, for people.</summary>
    /// <param name="network">The network.</param>
    public static string Label(Naming network) => network.Prefix.Length == 0 ? "no prefix" : network.Prefix.TrimEnd('.');

    /// <summary>Whether a network follows a trained one, as its name says.</summary>
    /// <param name="network">The network.</param>
    public static bool Follows(Naming network) => Follows(network.Prefix);

    /// <summary>Whether a name is that of something that follows what is trained.</summary>
    /// <param name="name">A name or the beginning of one.</param>
    public static bool Follows(string name) => name.ToLowerInvariant().Split('.', '_', '/').Any(following.Contains);

    private static bool Has(string name, string word) => name.Contains(word, StringComparison.OrdinalIgnoreCase);

    private static string List(IReadOnlyList<Naming> networks) => string.Join(", ", networks.Select(network => $"'{Label(network)}'"));
}
