namespace Lethe.Runtime;

/// <summary>"Did you mean": the known name that a mistyped one is nearest to.</summary>
internal static class Suggestion
{
    /// <summary>The known names nearest to one, nearest first; none where all are too far for a slip of the hand.</summary>
    /// <param name="word">What was typed.</param>
    /// <param name="known">What there is.</param>
    /// <returns>Names with the fewest slips between, at most three.</returns>
    public static IReadOnlyList<string> Near(string word, IEnumerable<string> known)
    {
        string typed = Plain(word);

        // One slip in three letters: more of them make another word.
        int most = Math.Max(1, typed.Length / 3);
        (string Name, int Slips)[] near =
        [
            .. known.Where(name => name.Length > 0).Distinct().Select(name => (name, Slips: SlipsBetween(typed, Plain(name))))
                .Where(one => one.Slips <= most && one.Slips < Plain(one.name).Length).OrderBy(one => one.Slips),
        ];
        return near.Length > 0 ? [.. near.Where(one => one.Slips == near[0].Slips).Take(3).Select(one => one.Name)] : Longer(typed, known);
    }

    /// <summary>The sentence that follows an error, with a space before it; empty where nothing is near.</summary>
    /// <param name="word">What was typed.</param>
    /// <param name="known">What there is.</param>
    /// <returns>As " Did you mean pretrain?".</returns>
    public static string Sentence(string word, IEnumerable<string> known) =>
        Near(word, known) is { Count: > 0 } near ? $" Did you mean {string.Join(" or ", near)}?" : "";

    /// <summary>The same of a path that does not exist: one that does, with a slip in one of its names.</summary>
    /// <param name="path">The path, as it was given.</param>
    /// <returns>As " Did you mean runs/first?".</returns>
    public static string OfPath(string path)
    {
        const int MostLookedAt = 10_000;

        // What is there was not mistyped.
        if (Path.Exists(path))
            return "";
        var below = new Stack<string>();
        string? folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        do
        {
            below.Push(Path.GetFileName(folder));
            folder = Path.GetDirectoryName(folder);
        }
        while (folder is not null && !Directory.Exists(folder));
        if (folder is null)
            return "";
        string wrong = below.Pop();
        string[] there;
        try
        {
            there = [.. Directory.EnumerateFileSystemEntries(folder).Take(MostLookedAt).Select(one => Path.GetFileName(one))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }

        string[] near =
        [
            .. Near(wrong, there).Select(name => Path.Combine([folder, name, .. below])).Where(Path.Exists)
                .Select(one => Path.IsPathRooted(path) ? one : Path.GetRelativePath(".", one)),
        ];
        return near.Length == 0 ? "" : $" Did you mean {string.Join(" or ", near)}?";
    }

    /// <summary>
    /// Slips of the hand that lead from one word to the other: a letter put in, left out, taken for another, or two neighbours that changed
    /// places (Damerau 1964, A technique for computer detection and correction of spelling errors; no letter is touched twice).
    /// </summary>
    /// <param name="from">One word.</param>
    /// <param name="to">The other.</param>
    /// <returns>Their number.</returns>
    public static int SlipsBetween(string from, string to)
    {
        int[,] slips = new int[from.Length + 1, to.Length + 1];
        for (int i = 0; i <= from.Length; i++)
            slips[i, 0] = i;
        for (int j = 0; j <= to.Length; j++)
            slips[0, j] = j;
        for (int i = 1; i <= from.Length; i++)
        {
            for (int j = 1; j <= to.Length; j++)
            {
                int least = Math.Min(
                    Math.Min(slips[i - 1, j], slips[i, j - 1]) + 1, slips[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                    least = Math.Min(least, slips[i - 2, j - 2] + 1);
                slips[i, j] = least;
            }
        }

        return slips[from.Length, to.Length];
    }

    // Of a word that was cut off, as --rate of --rate-images.
    private static IReadOnlyList<string> Longer(string typed, IEnumerable<string> known) => typed.Length < 3 ? [] :
        [.. known.Where(name => Plain(name).StartsWith(typed, StringComparison.Ordinal)).Distinct().OrderBy(name => name.Length).Take(3)];

    private static string Plain(string word) => word.Trim().TrimStart('-').ToLowerInvariant().Replace('_', '-');
}
