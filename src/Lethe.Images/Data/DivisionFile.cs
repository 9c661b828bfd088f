using System.Globalization;
using Lethe.Runtime;
using Lethe.Storage;
using nietras.SeparatedValues;

namespace Lethe.Data;

/// <summary>A division written down: <c>path,part,label,group</c>, one line for each image that is used.</summary>
internal static class DivisionFile
{
    private const int MostImages = 200_000;
    private const int Named = 3;
    private const string SealedName = "sealed";

    /// <summary>Writes the file, whole or not at all; nothing of more than 200 000 images, which a listing says as well.</summary>
    /// <param name="path">The file.</param>
    /// <param name="splits">The images.</param>
    /// <exception cref="RunException">It cannot be written.</exception>
    public static void Write(string path, DataSplits splits)
    {
        if (splits.Train.Count + splits.Probe.Count + splits.Test.Count > MostImages)
            return;
        AtomicFile.Write(path, stream =>
        {
            using SepWriter writer = Sep.New(',').Writer(options => options with { Escape = true }).To(stream, leaveOpen: true);
            foreach ((string name, string part, string label, int? item) in Rows(splits))
            {
                using SepWriter.Row row = writer.NewRow();
                row["path"].Set(name);
                row["part"].Set(part);
                row["label"].Set(label);
                row["group"].Set(item is { } place ? splits.Groups.GetValueOrDefault(place, "") : "");
            }
        });
    }

    /// <summary>What has changed since a division was written down, in a sentence; empty where that cannot be said.</summary>
    /// <param name="path">The file.</param>
    /// <param name="splits">The images that there are now.</param>
    public static string Changes(string path, DataSplits splits)
    {
        if (!File.Exists(path))
            return "";
        var before = new Dictionary<string, string>();
        try
        {
            using SepReader reader = Sep.Reader(options => options with { Unescape = true }).FromFile(path);
            foreach (SepReader.Row row in reader)
                before[row["path"].ToString()] = row["part"].ToString();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or FormatException
            or InvalidDataException or KeyNotFoundException)
        {
            return "";
        }

        // Earlier versions sealed nothing, which is no change of the images.
        bool withSealed = before.ContainsValue(SealedName);
        Dictionary<string, string> now = Rows(splits).Where(one => withSealed || one.Part != SealedName)
            .ToDictionary(one => one.Name, one => one.Part);
        string[] gone = [.. before.Keys.Where(name => !now.ContainsKey(name))];
        string[] come = [.. now.Keys.Where(name => !before.ContainsKey(name))];
        string[] moved = [.. now.Where(one => before.TryGetValue(one.Key, out string? part) && part != one.Value).Select(one => one.Key)];
        string[] said =
        [
            .. new[] { (gone, "are no longer used"), (come, "are new"), (moved, "are in another part") }
                .Where(kind => kind.Item1.Length > 0)
                .Select(kind => $"{kind.Item1.Length} images {kind.Item2} (as {string.Join(", ", kind.Item1.Take(Named))})"),
        ];
        return said.Length > 0 ? $"{string.Join("; ", said)}. " : "The same images are used, but pixels or labels have changed. ";
    }

    private static IEnumerable<(string Name, string Part, string Label, int? Item)> Rows(DataSplits splits)
    {
        foreach ((string part, ImageSet images) in new[] { ("train", splits.Train), ("probe", splits.Probe), ("test", splits.Test) })
        {
            for (int i = 0; i < images.Count; i++)
            {
                int? item = images.Items?[i];
                string label = images.Labels is { } labels ? images.ClassNames![labels[i]] : "";
                yield return (CsvText.Safe(images.Paths?[i] ?? Number(item ?? i)), part, CsvText.Safe(label), item);
            }
        }

        foreach (int item in splits.Sealed?.Items ?? [])
        {
            yield return (
                CsvText.Safe(splits.Sealed!.Path(item) ?? Number(item)), SealedName, CsvText.Safe(splits.Sealed.ClassOf(item)), item);
        }
    }

    private static string Number(int item) => item.ToString(CultureInfo.InvariantCulture);
}
