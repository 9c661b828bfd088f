using System.Globalization;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>A table of the user's with numbers of images: a line of titles, and a row for each image.</summary>
internal sealed class NumberTable
{
    /// <summary>Columns of numbers that a table may have: each makes a page larger.</summary>
    public const int MostColumns = 40;

    private const string Numbered = "image ";

    private static readonly string[] nothing = ["", "na", "n/a", "null", "none", "nan", "inf", "-inf"];

    private readonly string path;
    private readonly string option;
    private readonly List<(string[] Cells, int Line)> rows;
    private readonly int key;
    private readonly int[] columns;

    private NumberTable(string path, string option)
    {
        (this.path, this.option) = (path, option);
        rows = ImageTable.Rows(path, option, "");
        string[] titles = rows[0].Cells;
        rows.RemoveAt(0);
        if (titles.Length < 2 || titles.Any(title => Number(title) is not null))
        {
            throw new DataException($"{option} '{path}': expected a line of titles, as path,age, and a row for each image; its first line "
                + $"is {string.Join(", ", titles)}.");
        }

        key = ImageTable.KeyColumn(titles);
        if (key < 0)
        {
            throw new DataException(
                $"{option} '{path}': no column is called path. Found {string.Join(", ", titles)}; call the one that names the images so.");
        }

        (int Column, string? Text)[] others =
        [
            .. from column in Enumerable.Range(0, titles.Length)
               where column != key
               let text = rows.Select(row => Cell(row.Cells, column)).FirstOrDefault(cell => !IsNothing(cell) && Number(cell) is null)
               let any = rows.Any(row => !IsNothing(Cell(row.Cells, column)))
               select (column, any ? text : ""),
        ];
        columns = [.. others.Where(one => one.Text is null).Select(one => one.Column)];
        Names = [.. columns.Select(column => titles[column])];
        (string Title, string Text)[] left = [.. others.Where(one => one.Text is not null).Select(one => (titles[one.Column], one.Text!))];
        string why = string.Join(", ", left.Select(one => one.Text.Length == 0 ? $"{one.Title} (empty)" : $"{one.Title} ('{one.Text}')"));
        if (columns.Length == 0)
            throw new DataException($"{option} '{path}' has no column of numbers: {why}. Write numbers with a point for decimals.");
        if (columns.Length > MostColumns)
        {
            throw new DataException($"{option} '{path}' has {columns.Length} columns of numbers, and a page takes {MostColumns}. Leave out "
                + "those that nobody will look at.");
        }

        Notices = left.Length == 0 ? [] : [$"{Path.GetFileName(path)}: columns that are no numbers are left out: {why}."];
    }

    /// <summary>Titles of the columns of numbers.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>What to tell people.</summary>
    public IReadOnlyList<string> Notices { get; }

    /// <summary>Reads a table.</summary>
    /// <param name="path">The table: separated by commas, semicolons or tabs.</param>
    /// <param name="option">The option that names it, for messages.</param>
    /// <exception cref="DataException">It cannot be read, or has no numbers.</exception>
    public static NumberTable Read(string path, string option) => new(path, option);

    /// <summary>The numbers of some images.</summary>
    /// <param name="images">Their paths, or "image" and their number in the source.</param>
    /// <param name="root">The folder that the paths are relative to; null where there is none.</param>
    /// <returns>Of each column a number for each image, NaN where the table has none; and what to tell people.</returns>
    /// <exception cref="DataException">It says nothing of any of them, or contradicts itself.</exception>
    public (IReadOnlyList<float[]> Values, IReadOnlyList<string> Notices) Of(IReadOnlyList<string> images, string? root)
    {
        // Images of a source without files are numbered.
        string[] names = [.. images.Select(Plain)];
        var finder = new ImageFinder(names, names.Length, root, Path.GetDirectoryName(Path.GetFullPath(path))!);
        int[] lines = new int[names.Length];
        float[][] values = [.. columns.Select(_ => Enumerable.Repeat(float.NaN, names.Length).ToArray())];
        int others = 0;
        foreach ((string[] cells, int line) in rows)
        {
            if (finder.Find(Plain(Cell(cells, key))) is not { } image)
            {
                others++;
                continue;
            }

            if (lines[image] > 0)
            {
                throw new DataException(
                    $"{option} '{path}': lines {lines[image]} and {line} are both of {images[image]}. Leave one of them.");
            }

            lines[image] = line;
            foreach ((int place, int column) in columns.Index())
                values[place][image] = Number(Cell(cells, column)) ?? float.NaN;
        }

        string[] without = [.. images.Where((_, image) => lines[image] == 0)];
        if (without.Length == names.Length)
        {
            throw new DataException(
                $"{option} '{path}': none of its {rows.Count} rows is of an image of the map. Its first says "
                + $"{(rows.Count == 0 ? "nothing" : Cell(rows[0].Cells, key))}; the images are called {images[0]} and so on. Give paths "
                + "relative to the source or to the table.");
        }

        string file = Path.GetFileName(path);
        var notices = new List<string>();
        if (others > 0)
            notices.Add($"{others} rows of {file} are of no image on the map.");
        if (without.Length > 0)
        {
            notices.Add($"{without.Length} of {names.Length} images on the map have no row in {file}, as "
                + $"{string.Join(", ", without.Take(ImageTable.Named))}; they are grey.");
        }

        return (values, notices);
    }

    private static string Plain(string name) => name.StartsWith(Numbered, StringComparison.Ordinal) ? name[Numbered.Length..] : name;

    private static string Cell(string[] cells, int column) => column < cells.Length ? cells[column] : "";

    private static bool IsNothing(string cell) => nothing.Contains(cell.ToLowerInvariant());

    // Of what is no finite number in float32 a colour would say nothing.
    private static float? Number(string cell) =>
        !float.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) ? null
        : float.IsFinite(number) ? number : float.NaN;
}
