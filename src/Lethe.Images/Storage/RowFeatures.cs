using Lethe.Runtime;

namespace Lethe.Storage;

/// <summary>Features of rows, from whatever shape and type of numbers a file holds them as.</summary>
/// <param name="Values"><c>float[]</c> or <c>double[]</c>, row by row.</param>
/// <param name="Shape">[rows, d], or [views, images, d].</param>
/// <param name="Notes">What was understood, in sentences.</param>
internal sealed record RowFeatures(Array Values, long[] Shape, IReadOnlyList<string> Notes)
{
    // What float64 holds of whole numbers without a gap.
    private const long LargestExact = 1L << 53;

    /// <summary>Reads a .npy file, an .npz file of one array, or a .csv file of numbers.</summary>
    /// <param name="path">The file.</param>
    /// <param name="views">Views of each image, where that was asked for.</param>
    /// <returns>The features.</returns>
    /// <exception cref="DataException">It cannot be read, or holds no features; the message says what to do.</exception>
    public static RowFeatures Read(string path, int? views = null) =>
        Of(!ArrayFile.IsArray(path) && Path.GetExtension(path).ToLowerInvariant() is ".csv" or ".tsv"
            ? TextTable.Read(path).ToArray() : ArrayFile.Read(path), views);

    /// <summary>From an array.</summary>
    /// <exception cref="DataException">It holds no features; the message says what to do.</exception>
    public static RowFeatures Of(NpyArray array, int? views = null)
    {
        Array values = array.Values;
        if (values is string[])
            throw new DataException(
                $"Expected features in {array.Source}, found text of type '{array.ElementType}'. If it is names of classes, give it as "
                + "labels, beside a file of features. If it is numbers: "
                + NpyHeader.Fix(array.Source, "a.astype('float64').reshape(len(a), -1)"));
        var notes = new List<string>();
        long[] shape = Squeezed(array, views, notes);
        if (values is long[] integers)
        {
            values = Array.ConvertAll(integers, number => (double)number);
            notes.Add(integers.Any(number => number is > LargestExact or < -LargestExact)
                ? $"Integers ({array.ElementType}) are taken as float64, which rounds those beyond 2⁵³."
                : $"Integers ({array.ElementType}) are taken as float64, exactly.");
        }

        return new RowFeatures(values, shape, notes);
    }

    private static long[] Squeezed(NpyArray array, int? views, List<string> notes)
    {
        long[] found = [.. array.Shape];
        string shown = $"[{string.Join(", ", found)}]";
        if (array.Values.Length == 0)
            throw new DataException($"{array.Source} has shape {shown}: it holds no features. Save them again with at least one row.");
        if (found.Length < 2)
        {
            throw new DataException($"Expected features of shape [rows, dimension] in {array.Source}, found {shown}. If it is one number "
                + $"for each row: {NpyHeader.Fix(array.Source, "a.reshape(-1, 1)")}");
        }

        // [V, N, 1] may be meant, where V is said.
        bool meant = found is [_, _, 1] && views == found[0];
        long[] shape = meant || found.Length < 3 ? found : [found[0], .. found[1..].Where(length => length != 1)];
        if (shape.Length == 1)
            shape = [shape[0], 1];
        if (shape.Length > 3)
        {
            throw new DataException($"Expected features of shape [rows, dimension] or [views, images, dimension] in {array.Source}, found "
                + $"{shown}. Pool feature maps first: "
                + NpyHeader.Fix(array.Source, $"a.mean(({string.Join(", ", Enumerable.Range(2, found.Length - 2))}))"));
        }

        if (!shape.SequenceEqual(found))
            notes.Add($"Features of shape {shown} are taken as [{string.Join(", ", shape)}].");
        if (shape.Length == 3)
            notes.Add($"Features of shape {shown} are taken as {shape[0]} views of {shape[1]} images, of dimension {shape[2]}.");
        return shape;
    }
}
