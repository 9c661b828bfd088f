namespace Lethe.Data;

/// <summary>Folders whose names say which part of a data set they hold.</summary>
/// <param name="Train">The folder to train on.</param>
/// <param name="Test">The folder to test on: the one for testing, or the one for validation where there is none.</param>
/// <param name="Unused">The folder for validation where there is one for testing as well; null where there is not.</param>
internal sealed record PartFolders(string Train, string Test, string? Unused)
{
    private static readonly string[] train = ["train", "training", "tr", "trn"];
    private static readonly string[] test = ["test", "testing", "te", "tst", "eval", "evaluation"];
    private static readonly string[] validation = ["val", "valid", "validation", "validate", "dev"];
    private static readonly string[] said = ["set", "data", "dataset", "images", "image", "imgs", "img", "part", "split"];

    // In this order one stands in for the other.
    private static readonly string[] earlierTest = ["test", "val", "valid", "validation"];

    /// <summary>The parts, where the names are those of a part for training and one for testing.</summary>
    /// <param name="names">All folders that lie together.</param>
    /// <param name="earlier">Whether to know only the names that earlier versions knew.</param>
    /// <param name="others">Folders that are no part; none where there are no parts.</param>
    public static PartFolders? Of(IReadOnlyList<string> names, bool earlier, out string[] others)
    {
        others = [];
        if (earlier)
        {
            string? first = Equal(names, "train");
            string? second = earlierTest.Select(wanted => Equal(names, wanted)).FirstOrDefault(name => name is not null);
            if (first is null || second is null)
                return null;
            others = [.. names.Where(name => name != first && !earlierTest.Contains(name, StringComparer.OrdinalIgnoreCase))];
            return new PartFolders(first, second, null);
        }

        // A word within a name may be one of a class (train_station), unless every folder has such a word.
        ILookup<char, string> kinds = names.ToLookup(name => KindOf(Plain(name)));
        if (!kinds.Contains('r') || !(kinds.Contains('e') || kinds.Contains('v')))
            kinds = names.ToLookup(name => Words(name).Select(KindOf).FirstOrDefault(kind => kind != ' ', ' '));
        bool all = !kinds.Contains(' ');
        string? training = kinds['r'].FirstOrDefault(), testing = kinds['e'].FirstOrDefault(), checking = kinds['v'].FirstOrDefault();
        if (training is null || (testing ?? checking) is not { } measured)
            return null;
        bool clear = kinds['r'].Count() == 1 && kinds['e'].Count() <= 1 && kinds['v'].Count() <= 1;
        if (!clear || (!all && names.All(name => KindOf(Plain(name)) == ' ')))
            return null;
        others = [.. kinds[' ']];
        return new PartFolders(training, measured, testing is null ? null : checking);
    }

    private static string? Equal(IReadOnlyList<string> names, string wanted) =>
        names.FirstOrDefault(name => name.Equals(wanted, StringComparison.OrdinalIgnoreCase));

    private static char KindOf(string word) =>
        train.Contains(word, StringComparer.OrdinalIgnoreCase) ? 'r'
        : test.Contains(word, StringComparer.OrdinalIgnoreCase) ? 'e'
        : validation.Contains(word, StringComparer.OrdinalIgnoreCase) ? 'v' : ' ';

    // train_set, Train2017 and "training images" are train and training.
    private static string Plain(string name)
    {
        string[] words = Words(name);
        while (words.Length > 1 && said.Contains(words[^1], StringComparer.OrdinalIgnoreCase))
            words = words[..^1];
        string plain = string.Concat(words);
        string? end = said.FirstOrDefault(end => plain.Length > end.Length && plain.EndsWith(end, StringComparison.OrdinalIgnoreCase));
        return end is null ? plain : plain[..^end.Length];
    }

    private static string[] Words(string name) =>
        string.Concat(name.Select(c => char.IsLetter(c) ? c : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
