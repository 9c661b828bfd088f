using System.Globalization;
using Lethe.Runtime;
using nietras.SeparatedValues;

namespace Lethe.Data;

/// <summary>A table of the user's that says something of each image: one row for each, with its path or its number and a value.</summary>
internal static class ImageTable
{
    /// <summary>So many of what does not fit are named in a message.</summary>
    public const int Named = 3;

    private static readonly string[] keys =
    [
        "path", "file", "filename", "filepath", "image", "img", "imagepath", "imagefile", "imagename", "imageid", "id", "name", "item",
        "row", "index", "number", "key",
    ];

    /// <summary>What the column with labels may be called.</summary>
    public static string[] LabelColumns { get; } =
    [
        "label", "labels", "class", "classname", "classid", "labelname", "category", "target", "y", "species", "diagnosis", "dx", "breed",
        "type",
    ];

    /// <summary>What the column with groups may be called.</summary>
    public static string[] GroupColumns { get; } =
    [
        "group", "groupid", "patient", "patientid", "subject", "subjectid", "scene", "sceneid", "video", "videoid", "clip", "case",
        "caseid", "study", "lesion", "lesionid", "site", "identity", "person", "sequence",
    ];

    /// <summary>Reads the value of each image of a source.</summary>
    /// <param name="path">The table: separated by commas, semicolons or tabs, with a line of titles or without.</param>
    /// <param name="option">The option that names it, for messages.</param>
    /// <param name="titles">What the column with the values may be called.</param>
    /// <param name="source">The source; its images are found by path, with the ending or without, or by their number, from 0.</param>
    /// <returns>The value of each item, null where no row has it; and what to tell people.</returns>
    /// <exception cref="DataException">The table cannot be read, does not fit the source, or contradicts itself.</exception>
    public static (string?[] Values, IReadOnlyList<string> Notices) Read(
        string path, string option, string[] titles, ImageSource source)
    {
        List<(string[] Cells, int Line)> rows = Rows(path, option, $", {AsWords(option)}");
        int count = source.PoolCount + source.TestCount;
        var finder = new ImageFinder(source.Paths, count, source.Root, Path.GetDirectoryName(Path.GetFullPath(path))!);
        (int key, int value, bool titled) = Columns(path, option, titles, rows[0].Cells, finder);
        var values = new string?[count];
        int[] lines = new int[count];
        var unknown = new List<string>();
        foreach ((string[] cells, int line) in rows.Skip(titled ? 1 : 0))
        {
            string name = key < cells.Length ? cells[key] : "", said = value < cells.Length ? cells[value].Trim() : "";
            if (string.IsNullOrWhiteSpace(name) && said.Length == 0)
                continue;
            if ((finder.Find(name) ?? finder.Find(name.Trim())) is not { } item)
                unknown.Add($"{name} (line {line})");
            else if (values[item] is { } before && before != said)
                throw new DataException($"{option} '{path}': line {line} says '{said}' of {name}, and line {lines[item]} says '{before}'. "
                    + "Leave one of them.");
            else if (said.Length > 0)
                (values[item], lines[item]) = (said, line);
        }

        int[] without = [.. Enumerable.Range(0, count).Where(item => values[item] is null)];
        if (without.Length == count)
        {
            string last = rows.Select(row => row.Cells.ElementAtOrDefault(key) ?? "").LastOrDefault(text => text.Length > 0, "nothing");
            throw new DataException(
                $"{option} '{path}': none of its rows is of an image of the source. Its last says {last}; "
                + $"the images are called {finder.Name(0)} and so on. Give paths relative to the source or to the table.");
        }

        var notices = new List<string>();
        if (unknown.Count > 0)
        {
            notices.Add($"{unknown.Count} rows of {Path.GetFileName(path)} are of no image of the source, as "
                + $"{string.Join(", ", unknown.Take(Named))}.");
        }

        if (without.Length > 0)
        {
            notices.Add($"{without.Length} images have no row in {Path.GetFileName(path)}, as "
                + $"{string.Join(", ", without.Take(Named).Select(finder.Name))}.");
        }

        return (values, notices);
    }

    /// <summary>The cells of a table, without empty lines, each with the number of its line.</summary>
    /// <param name="path">The table.</param>
    /// <param name="option">The option that names it, for messages.</param>
    /// <param name="otherwise">What may be given in its place, for messages; empty for nothing.</param>
    /// <exception cref="DataException">It cannot be read, or is empty.</exception>
    public static List<(string[] Cells, int Line)> Rows(string path, string option, string otherwise)
    {
        var rows = new List<(string[], int)>();
        try
        {
            using SepReader reader = Sep.Reader(options => options with
            {
                HasHeader = false, DisableColCountCheck = true, Unescape = true, Trim = SepTrim.Outer,
            }).FromFile(path);
            foreach (SepReader.Row row in reader)
            {
                string[] cells = new string[row.ColCount];
                for (int i = 0; i < cells.Length; i++)
                    cells[i] = CsvText.Plain(row[i].ToString());
                if (cells.Any(cell => !string.IsNullOrWhiteSpace(cell)))
                    rows.Add((cells, row.LineNumberFrom));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException or FormatException)
        {
            throw new DataException(
                $"{option} '{path}' cannot be read: {error.Message} Give a table (.csv or .tsv){otherwise}.", error);
        }

        return rows.Count > 0 ? rows : throw new DataException($"{option} '{path}' is empty. Expected a row for each image.");
    }

    /// <summary>The column that says which image a row is of; −1 where no title says so.</summary>
    public static int KeyColumn(string[] titles) => Array.FindIndex([.. titles.Select(Plain)], keys.Contains);

    private static string Plain(string title) => new string([.. title.Where(char.IsLetterOrDigit)]).ToLowerInvariant();

    private static string AsWords(string option) =>
        option == "--labels" ? $"or {LabelRule.Auto}, {LabelRule.Folders} or {LabelRule.None}" : "or folder or name:REGEX";

    private static (int Key, int Value, bool Titled) Columns(
        string path, string option, string[] titles, string[] first, ImageFinder finder)
    {
        string[] plain = [.. first.Select(Plain)];
        int key = KeyColumn(first), value = Array.FindIndex(plain, titles.Contains);
        bool titled = (key >= 0 || value >= 0) && first.All(cell => finder.Find(cell) is null);
        if (first.Length < 2)
            throw new DataException($"{option} '{path}': expected two columns, the path of an image and its {titles[0]}; found one: "
                + $"'{first[0]}'. Columns are separated by commas, semicolons or tabs.");
        if (!titled)
            return (0, 1, false);
        if (first.Length == 2)
            return key >= 0 ? (key, 1 - key, true) : (1 - value, value, true);
        return key >= 0 && value >= 0 ? (key, value, true) : throw new DataException(
            $"{option} '{path}': no column is called {(key < 0 ? "path" : titles[0])}. Found {string.Join(", ", first)}; call the columns "
            + $"path and {titles[0]}.");
    }

    /// <summary>The classes that values name: numbers in their order, else by name.</summary>
    public static string[] Classes(IEnumerable<string> values)
    {
        string[] names = [.. values.Distinct().Order(StringComparer.Ordinal)];
        return names.All(name => int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            ? [.. names.OrderBy(name => int.Parse(name, CultureInfo.InvariantCulture))]
            : names;
    }
}
