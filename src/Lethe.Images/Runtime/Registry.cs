using System.Collections.Immutable;

namespace Lethe.Runtime;

/// <summary>Things that are chosen by name, to which programs may add. Safe to use from several threads.</summary>
/// <param name="what">What they are, as "method", which is the flag too.</param>
/// <param name="nameOf">The name of one.</param>
/// <param name="own">Those of the library, in the order in which they are listed.</param>
/// <param name="choice">How many may be chosen, in words before their names.</param>
/// <typeparam name="TEntry">One of them.</typeparam>
internal sealed class Registry<TEntry>(string what, Func<TEntry, string> nameOf, ImmutableArray<TEntry> own, string choice = "one of")
{
    private ImmutableArray<TEntry> all = own;

    /// <summary>All, those of the library first.</summary>
    public IReadOnlyList<TEntry> All => all;

    /// <summary>Adds one. Names stand in flags, files and folders.</summary>
    /// <exception cref="InvalidOptionException">The name is taken, or cannot stand everywhere.</exception>
    public void Add(TEntry entry)
    {
        string name = nameOf(entry);
        if (
            name.Length == 0 || !char.IsAsciiLetterLower(name[0]) || !name.All(
                c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw new InvalidOptionException(
                $"The name of a {what} is lower-case letters, digits and '-', and begins with a letter; found '{name}'.");
        ImmutableInterlocked.Update(ref all, entries => entries.Any(other => nameOf(other) == name)
            ? throw new InvalidOptionException($"There is a {what} '{name}' already. Give yours another name.")
            : entries.Add(entry));
    }

    /// <summary>Finds one.</summary>
    /// <exception cref="InvalidOptionException">None has that name.</exception>
    public TEntry Find(string name) => all.FirstOrDefault(entry => nameOf(entry) == name)
        ?? throw new InvalidOptionException($"--{what} '{name}' is unknown.{Suggestion.Sentence(name, all.Select(nameOf))} "
            + $"Use {choice} {string.Join(", ", all.Select(nameOf))}.");
}
