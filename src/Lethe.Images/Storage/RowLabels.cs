using System.Globalization;
using Lethe.Runtime;

namespace Lethe.Storage;

/// <summary>Labels of rows, from whatever a file holds them as: numbers, names, one-hot rows; one class number for each row.</summary>
/// <param name="Numbers">One a row: the place of its class in <see cref="Names"/>, or <see cref="None"/>.</param>
/// <param name="Names">The classes: numbers in their order, names in ordinal order.</param>
/// <param name="Notes">What was understood, in sentences.</param>
internal sealed record RowLabels(int[] Numbers, IReadOnlyList<string> Names, IReadOnlyList<string> Notes)
{
    /// <summary>The label of a row that has none. It is no class.</summary>
    public const int None = -1;

    private const int MostShown = 10;
    private static readonly string[] columnNames = ["label", "labels", "class", "classes", "target", "targets", "y", "category"];

    /// <summary>
    /// Reads a .npy file of numbers, names or one-hot rows, a .csv file with a column of labels, or any other text file with one a line.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The labels.</returns>
    /// <exception cref="DataException">It cannot be read, or holds no labels; the message says what to do.</exception>
    public static RowLabels Read(string path)
    {
        if (ArrayFile.IsArray(path))
            return Of(ArrayFile.Read(path));
        return Path.GetExtension(path).ToLowerInvariant() is ".csv" or ".tsv" ? OfTable(TextTable.Read(path), path) : OfText(Lines(path));
    }

    /// <summary>From an array.</summary>
    /// <exception cref="DataException">It holds no labels; the message says what to do.</exception>
    public static RowLabels Of(NpyArray array)
    {
        long[] shape = [.. array.Shape.Where(length => length != 1)];
        if (shape.Length == 0 && array.Shape.Count > 0)
            shape = [1];
        if (shape.Length is 0 or > 2 || array.Values.Length == 0)
            throw new DataException(
                $"Expected labels of shape [N] in {array.Source}, found [{string.Join(", ", array.Shape)}]. Give one label for each row.");
        return shape.Length == 2 ? OfOneHot(array, (int)shape[1]) : array.Values switch
        {
            string[] names => OfText(names),
            long[] integers => OfNumbers([.. integers.Select(number => number == None ? (long?)null : number)], []),
            _ => OfNumbers(
                [.. array.Values.Cast<IConvertible>().Select((value, row) => Whole(value.ToDouble(null), row, array.Source))], []),
        };
    }

    private static RowLabels OfTable(TextTable table, string path)
    {
        int[] named = [.. Enumerable.Range(0, table.Columns).Where(i => columnNames.Contains(table.Names[i].Trim().ToLowerInvariant()))];
        int column = named.Length > 0 ? named[0] : table.Columns == 1 ? 0 : throw new DataException(
            $"{path} has {table.Columns} columns, of which none is called label: {string.Join(", ", table.Names)}. Call the one with the "
            + "labels so, or give a file with that column alone.");
        return OfText([.. table.Rows.Select(row => row[column])]);
    }

    // Names that are all whole numbers are numbers.
    private static RowLabels OfText(IReadOnlyList<string> texts)
    {
        string[] trimmed = [.. texts.Select(text => text.Trim())];
        long?[] numbers =
        [
            .. trimmed.Select(text => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
                ? number : (long?)null),
        ];
        if (trimmed.Zip(numbers).All(one => one.First.Length == 0 || one.Second is not null))
            return OfNumbers([.. numbers.Select(number => number == None ? null : number)], []);
        string[] names = [.. trimmed.Where(text => text.Length > 0).Distinct().Order(StringComparer.Ordinal)];
        return Numbered(
            [.. trimmed.Select(text => text.Length == 0 ? None : Array.BinarySearch(names, text, StringComparer.Ordinal))], names, []);
    }

    private static RowLabels OfNumbers(long?[] numbers, IReadOnlyList<string> notes)
    {
        long[] classes = [.. numbers.OfType<long>().Distinct().Order()];
        return Numbered(
            [.. numbers.Select(number => number is { } known ? Array.BinarySearch(classes, known) : None)],
            [.. classes.Select(number => number.ToString(CultureInfo.InvariantCulture))], notes);
    }

    private static RowLabels OfOneHot(NpyArray array, int classes)
    {
        double[] values = array.Values is string[] ? [] : [.. array.Values.Cast<IConvertible>().Select(value => value.ToDouble(null))];
        var numbers = new long?[values.Length / classes];
        for (int row = 0; row < numbers.Length; row++)
        {
            double[] one = values[(row * classes)..((row + 1) * classes)];
            if (one.Any(value => value is not (0 or 1)) || one.Sum() > 1)
                numbers = [];
            else
                numbers[row] = one.Sum() == 0 ? null : Array.IndexOf(one, 1);
        }

        if (numbers.Length == 0)
        {
            throw new DataException(
                $"Expected labels of shape [N] in {array.Source}, or one-hot rows; found [{string.Join(", ", array.Shape)}] with other "
                + $"numbers than one 1 and zeros in a row. Of scores, take the largest: {NpyHeader.Fix(array.Source, "a.argmax(1)")}");
        }

        return OfNumbers(numbers, [$"Labels are one-hot, of {classes} classes."]);
    }

    private static RowLabels Numbered(int[] numbers, string[] names, IReadOnlyList<string> notes)
    {
        int without = numbers.Count(number => number == None);
        string shown = string.Join(", ", names.Take(MostShown)) + (names.Length > MostShown ? ", …" : "");
        return new RowLabels(numbers, names,
        [
            .. notes,
            $"{names.Length} class{(names.Length == 1 ? "" : "es")}{(names.Length == 0 ? "" : ": " + shown)}.",
            .. without == 0 ? Array.Empty<string>() :
                [$"{without} of {numbers.Length} labels are −1 or empty, which means none: those rows take no part where labels count."],
        ]);
    }

    private static long? Whole(double value, int row, string source) =>
        double.IsNaN(value) || value == None ? null
        : value == Math.Round(value) && Math.Abs(value) <= 1L << 53 ? (long)value
        : throw new DataException(
            Invariant($"Expected class numbers or names in {source}, found {value} in row {row} (counted from 0). Labels are whole ")
            + "numbers; a quantity has no classes. Divide it into some, as with "
            + NpyHeader.Fix(source, "(a > a.mean()).astype('int64')"));

    private static string[] Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"Cannot read {path}: {error.Message} Give the path of a file of labels.", error);
        }
    }
}
