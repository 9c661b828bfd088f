using System.Globalization;
using System.Text;
using Lethe.Runtime;
using Microsoft.VisualBasic.FileIO;

namespace Lethe.Storage;

/// <summary>A table of text as RFC 4180 has it: commas, quotes, and a first row of names where one of its fields is no number.</summary>
/// <param name="Source">Where it came from, for messages.</param>
/// <param name="Names">The columns' names; empty ones where there is no row of names.</param>
/// <param name="Rows">The fields of each row, as many as there are names.</param>
internal sealed record TextTable(string Source, IReadOnlyList<string> Names, IReadOnlyList<string[]> Rows)
{
    // What stands beside embeddings in what `lethe embed` writes.
    private static readonly string[] beside = ["path", "label", "part", ""];

    /// <summary>How many columns there are.</summary>
    public int Columns => Names.Count;

    /// <summary>Reads a file; one that ends in .tsv has tabs in place of commas.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <returns>The table.</returns>
    /// <exception cref="DataException">It cannot be read, is empty, or its rows differ in length.</exception>
    public static TextTable Read(string path)
    {
        var rows = new List<string[]>();
        try
        {
            using var parser = new TextFieldParser(path, Encoding.UTF8) { HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
            parser.SetDelimiters(Path.GetExtension(path).Equals(".tsv", StringComparison.OrdinalIgnoreCase) ? "\t" : ",");
            while (parser.ReadFields() is { } fields)
                rows.Add([.. fields.Select(CsvText.Plain)]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or MalformedLineException)
        {
            throw new DataException($"Cannot read {path}: {error.Message} Give a table with commas between, quoted where needed.", error);
        }

        if (rows.Count == 0)
            throw new DataException($"{path} is empty. Give a table with one row for each image.");
        if (rows.FindIndex(row => row.Length != rows[0].Length) is >= 0 and int odd)
            throw new DataException(
                $"Row {odd + 1} of {path} has {rows[odd].Length} fields, the first has {rows[0].Length}. Write the table again.");
        bool named = !rows[0].All(field => Number(field) is not null);
        return named && (rows.Count > 1 || rows[0].Length > 1)
            ? new TextTable(path, rows[0], rows[1..])
            : new TextTable(path, [.. rows[0].Select(_ => "")], rows);
    }

    /// <summary>Its numbers as an array, without the columns path, label and part.</summary>
    /// <exception cref="DataException">A field is no number.</exception>
    public NpyArray ToArray()
    {
        bool named = Names.Any(name => name.Length > 0);
        int[] taken = [.. Enumerable.Range(0, Columns).Where(i => !named || !beside.Contains(Names[i].Trim().ToLowerInvariant()))];
        double[] values = new double[Rows.Count * taken.Length];
        for (int i = 0; i < values.Length; i++)
        {
            (int row, int column) = (i / taken.Length, taken[i % taken.Length]);
            values[i] = Number(Rows[row][column]) ?? throw new DataException(
                $"Expected a number in row {row} (counted from 0), column {column} ('{Names[column]}') of {Source}, found "
                + $"'{Rows[row][column]}'. Leave that column out, or call it path, label or part.");
        }

        return new NpyArray(Source, "text", [Rows.Count, taken.Length], values);
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
}
