using System.Text.RegularExpressions;
using Lethe.Runtime;

namespace Lethe.Runs;

/// <summary>What an undo may be called: what can be the name of a folder everywhere, and leads nowhere else.</summary>
internal static partial class UndoName
{
    private const int Longest = 200;

    /// <exception cref="InvalidOptionException">It cannot be called so.</exception>
    public static void Require(string name)
    {
        if (!char.IsAsciiLetterOrDigit(name.FirstOrDefault()) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'))
        {
            throw new InvalidOptionException(
                $"The name of an undo consists of letters, digits, '.', '-' and '_' and begins with a letter or a digit; found '{name}'.");
        }

        if (name.Length > Longest || name.EndsWith('.') || Device().IsMatch(name))
        {
            throw new InvalidOptionException(
                $"The name of an undo is that of a folder, everywhere: of at most {Longest} characters, without a point at its end, and "
                + $"none of con, nul, aux, prn, com1 and the like, which are devices on Windows; found '{name}'.");
        }
    }

    [GeneratedRegex(@"^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", RegexOptions.IgnoreCase)]
    private static partial Regex Device();
}
