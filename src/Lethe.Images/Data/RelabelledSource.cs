using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Data;

/// <summary>Another source with labels of a table, or with none.</summary>
internal sealed class RelabelledSource : ImageSource
{
    private readonly ImageSource inner;
    private readonly int[] kept;

    private RelabelledSource(ImageSource inner, int[] kept, string kind, int[]? labels, string[]? classNames)
        : base(kind, kept.Count(item => item < inner.PoolCount), kept.Count(item => item >= inner.PoolCount), labels, classNames)
    {
        this.inner = inner;
        this.kept = kept;
        Root = inner.Root;
        Paths = inner.Paths is { } paths ? new LazyList<string>(kept.Length, item => paths[kept[item]]) : null;
    }

    public override IReadOnlyList<string>? Paths { get; }

    /// <summary>The same images without labels.</summary>
    public static ImageSource Unlabelled(ImageSource inner) => inner.Labels is null
        ? inner
        : new RelabelledSource(
            inner, [.. Enumerable.Range(0, inner.PoolCount + inner.TestCount)], $"{inner.Kind}, labels left aside", null, null)
        {
            Notices = inner.Notices,
        };

    /// <summary>The images that a table has a label for, with that label.</summary>
    /// <param name="inner">The source.</param>
    /// <param name="table">The table's path.</param>
    /// <exception cref="DataException">The table cannot be used.</exception>
    public static RelabelledSource Of(ImageSource inner, string table)
    {
        if (!File.Exists(table))
            throw new InvalidOptionException(
                $"--labels '{table}' is no file. Give a table (.csv or .tsv), an array (.npy), {LabelRule.Auto}, {LabelRule.Folders} or "
                + $"{LabelRule.None}.");
        (string?[] values, IReadOnlyList<string> notices) = ArrayFile.IsArray(table)
            ? FromArray(inner, table)
            : ImageTable.Read(table, "--labels", ImageTable.LabelColumns, inner);
        int[] kept = [.. Enumerable.Range(0, values.Length).Where(item => values[item] is not null)];
        string[] classes = ImageTable.Classes(kept.Select(item => values[item]!));
        if (classes.Length < 2)
            throw new DataException($"--labels '{table}': all rows say '{classes[0]}'; expected at least two classes. Give --labels "
                + $"{LabelRule.None} for images without labels.");
        int left = values.Length - kept.Length;
        Dictionary<string, int> numbers = classes.Index().ToDictionary(entry => entry.Item, entry => entry.Index);
        return new RelabelledSource(
            inner, kept, $"{inner.Kind}, labelled by {Path.GetFileName(table)}", [.. kept.Select(item => numbers[values[item]!])], classes)
        {
            Notices =
            [
                .. inner.Notices, .. notices,
                .. left > 0 ? [$"The {left} images without a label are left out."] : System.Array.Empty<string>(),
            ],
        };
    }

    // An array has no names: one label for each image, in the order of the source.
    private static (string?[] Values, IReadOnlyList<string> Notices) FromArray(ImageSource inner, string path)
    {
        RowLabels labels = RowLabels.Read(path);
        int count = inner.PoolCount + inner.TestCount;
        if (labels.Numbers.Length != count)
        {
            throw new DataException(
                $"--labels '{path}' has {labels.Numbers.Length} labels, and there are {count} images. Give one for each image, in the "
                + "order of the source, or a table (.csv) with a row for each.");
        }

        return ([.. labels.Numbers.Select(number => number == RowLabels.None ? null : labels.Names[number])], labels.Notes);
    }

    public override IReadOnlyList<UInt128>? Contents(IProgress<DataProgress>? progress, CancellationToken cancel) =>
        inner.Contents(progress, cancel) is { } all ? [.. kept.Select(item => all[item])] : null;

    public override LoadedImages Load(int[] items, DataOptions options, IProgress<DataProgress>? progress, CancellationToken cancel) =>
        inner.Load([.. items.Select(item => kept[item])], options, progress, cancel);
}
