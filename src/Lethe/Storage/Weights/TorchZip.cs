using System.Text;
using Lethe.Runtime;

namespace Lethe.Storage.Weights;

/// <summary>
/// Reads the format of <c>torch.save</c> since PyTorch 1.6: a zip file of stored records, of which <c>data.pkl</c> describes the objects
/// and <c>data/KEY</c> are the storages.
/// </summary>
internal static class TorchZip
{
    private const string Description = "data.pkl";

    /// <summary>Reads what a file holds.</summary>
    /// <param name="stream">The file; belongs to the result.</param>
    /// <param name="budget">What reading may cost.</param>
    /// <returns>The file.</returns>
    /// <exception cref="RunException">It is another kind of zip file, damaged, or asks for too much.</exception>
    public static WeightFile Read(FileStream stream, ReadBudget budget)
    {
        IReadOnlyList<ZipRecords.ZipRecord> records = ZipRecords.Read(stream, budget);
        ZipRecords.ZipRecord pickle = records.FirstOrDefault(record => record.Name.EndsWith("/" + Description, StringComparison.Ordinal))
            ?? throw new RunException(OtherArchive.Sentence(stream.Name, [.. records.Select(record => record.Name)]));
        string root = pickle.Name[..^Description.Length];
        if (records.Any(record => record.Name == root + "constants.pkl"
            || record.Name.StartsWith(root + "code/", StringComparison.Ordinal)))
        {
            throw new RunException(
                $"{stream.Name} is a TorchScript program, whose names need not be those of a network. Save the weights alone, in Python: "
                + "torch.save(torch.jit.load(FILE, map_location='cpu').state_dict(), 'weights.pth').");
        }

        if (records.FirstOrDefault(record => record.Compressed) is { } compressed)
        {
            throw new RunException(
                $"{stream.Name} has the compressed record '{compressed.Name}'; PyTorch stores records as they are. Unpack it and pack it "
                + "again without compression (zip -0), or save it again with torch.save.");
        }

        var torch = new TorchPickle(budget) { BigEndian = IsBigEndian(stream, records, root) };
        long start = ZipRecords.Place(stream, pickle);
        var cursor = new ByteCursor(stream, start, start + pickle.Length);
        object? description = torch.Read(cursor);
        var byName = new Dictionary<string, ZipRecords.ZipRecord>(StringComparer.Ordinal);
        foreach (ZipRecords.ZipRecord record in records)
            byName[record.Name] = record;
        foreach ((string key, TorchStorage storage) in torch.Storages)
        {
            if (!byName.TryGetValue(root + "data/" + key, out ZipRecords.ZipRecord? record))
                continue;
            (storage.Position, storage.Bytes) = (ZipRecords.Place(stream, record), record.Length);
            if ((Int128)storage.Count * (storage.Kind is null ? 0 : storage.ElementBytes) > record.Length)
            {
                throw cursor.Damaged(
                    $"the record '{record.Name}' has {record.Length} bytes, and {storage.Count} elements of {storage.TypeName} are "
                    + "expected");
            }
        }

        torch.PlaceViews(cursor);
        return new WeightFile(stream, budget, "PyTorch (zip)", torch.Tensors(description, cursor)) { Notes = torch.Notes() };
    }

    private static bool IsBigEndian(FileStream stream, IReadOnlyList<ZipRecords.ZipRecord> records, string root)
    {
        ZipRecords.ZipRecord? order = records.FirstOrDefault(record => record.Name == root + "byteorder");
        if (order is not { Length: 3 })
            return false;
        long start = ZipRecords.Place(stream, order);
        return new ByteCursor(stream, start, start + 3).ReadText(3, Encoding.ASCII) == "big";
    }
}
