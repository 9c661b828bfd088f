using System.Globalization;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>
/// The binary version of CIFAR-10 and CIFAR-100: records of one label (CIFAR-100: the coarse one, then the fine one, which
/// is used) and 32·32 red, then green, then blue bytes. Class names come from the text file of the distribution where it is there.
/// </summary>
internal static class CifarLayout
{
    private const int Side = 32;
    private const int Plane = Side * Side;

    public static bool IsCifar10Folder(string folder) => Batches(folder).Length > 0;

    public static bool IsCifar100Folder(string folder) => File.Exists(Path.Combine(folder, "train.bin"));

    public static StoredSource Open(string folder)
    {
        bool isCifar10 = IsCifar10Folder(folder);
        string test = Path.Combine(folder, isCifar10 ? "test_batch.bin" : "test.bin");
        string names = Path.Combine(folder, isCifar10 ? "batches.meta.txt" : "fine_label_names.txt");
        int classes = isCifar10 ? 10 : 100;
        var images = new List<Image>();
        var labels = new List<int>();
        foreach (string file in isCifar10 ? Batches(folder) : [Path.Combine(folder, "train.bin")])
        {
            Read(file, classes, images, labels);
        }

        int pool = images.Count;
        if (File.Exists(test))
            Read(test, classes, images, labels);
        return new StoredSource($"CIFAR-{classes} binary", images, images.Count - pool, labels, ClassNames(names, classes));
    }

    /// <summary>data_batch_1.bin and on; a gap in the numbers is a lost file.</summary>
    private static string[] Batches(string folder)
    {
        int[] numbers =
        [
            .. ImageListing.VisibleNames(folder, folders: false)
                .Where(name => name.StartsWith("data_batch_", StringComparison.Ordinal) && name.EndsWith(".bin", StringComparison.Ordinal))
                .Select(
                    name => int.TryParse(
                        name["data_batch_".Length..^".bin".Length], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                        ? number
                        : 0)
                .Where(number => number > 0)
                .Order(),
        ];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] != i + 1)
                throw new DataException($"'{Path.Combine(folder, $"data_batch_{i + 1}.bin")}' is missing, but "
                    + $"data_batch_{numbers[^1]}.bin is there. Unpack the CIFAR-10 binary archive again.");
        }

        return [.. numbers.Select(number => Path.Combine(folder, $"data_batch_{number}.bin"))];
    }

    private static void Read(string file, int classes, List<Image> images, List<int> labels)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"'{file}' cannot be read: {error.Message}", error);
        }

        int head = classes == 10 ? 1 : 2;
        int record = head + 3 * Plane;
        if (bytes.Length == 0 || bytes.Length % record != 0)
        {
            throw new DataException(
                $"'{file}' is not a whole CIFAR-{classes} binary file: expected records of {record} bytes, found {bytes.Length} bytes. "
                + "Unpack the archive again.");
        }

        for (int start = 0; start < bytes.Length; start += record)
        {
            int label = bytes[start + head - 1];
            if (label >= classes)
                throw new DataException(
                    $"'{file}' has the label {label} in record {start / record}; expected 0 to {classes - 1}. Unpack the archive again.");
            byte[] pixels = new byte[3 * Plane];
            for (int i = 0; i < pixels.Length; i++)
            {
                pixels[i] = bytes[start + head + i % 3 * Plane + i / 3];
            }

            images.Add(new Image(pixels, Side, Side, Channels: 3));
            labels.Add(label);
        }
    }

    private static string[] ClassNames(string file, int classes)
    {
        if (!File.Exists(file))
            return [.. Enumerable.Range(0, classes).Select(label => label.ToString(CultureInfo.InvariantCulture))];
        string[] names = [.. File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0)];
        return names.Length == classes
            ? names
            : throw new DataException($"'{file}' holds {names.Length} class names; expected {classes}. Unpack the archive again.");
    }
}
