namespace Lethe.Runtime;

/// <summary>A word of a command line that is shown to be copied.</summary>
internal static class ShellWord
{
    /// <summary>Quotes a word for a shell where it needs it.</summary>
    public static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:,=+@%".Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
