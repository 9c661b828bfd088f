namespace Lethe.Runtime;

/// <summary>Names by which methods and protocols are chosen: they stand in flags, files and folders.</summary>
internal static class EntryName
{
    /// <summary>Asks for a name that can stand everywhere.</summary>
    /// <param name="name">The name.</param>
    /// <param name="what">What it names.</param>
    /// <exception cref="InvalidOptionException">It cannot.</exception>
    public static void Require(string name, string what)
    {
        if (
            name.Length == 0 || !char.IsAsciiLetterLower(name[0]) || !name.All(
                c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw new InvalidOptionException(
                $"The name of a {what} is lower-case letters, digits and '-', and begins with a letter; found '{name}'.");
    }
}
