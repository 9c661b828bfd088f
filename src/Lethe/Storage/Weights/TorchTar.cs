using System.Globalization;
using Lethe.Runtime;

namespace Lethe.Storage.Weights;

/// <summary>
/// Reads the first format of <c>torch.save</c>, of 2016: a tar file with the storages, the tensors that lie in them, and a pickle of
/// objects that refers to the tensors by number.
/// </summary>
internal static class TorchTar
{
    /// <summary>Reads what a file holds.</summary>
    /// <param name="stream">The file; belongs to the result.</param>
    /// <param name="budget">What reading may cost.</param>
    /// <returns>The file.</returns>
    /// <exception cref="RunException">It is another tar file, damaged, or asks for too much.</exception>
    public static WeightFile Read(FileStream stream, ReadBudget budget)
    {
        IReadOnlyDictionary<string, (long Position, long Length)> records = TarRecords.Read(stream, budget);
        if (!records.ContainsKey("storages") || !records.ContainsKey("tensors") || !records.ContainsKey("pickle"))
            throw new RunException(OtherArchive.Sentence(stream.Name, [.. records.Keys]));
        ByteCursor Open(string name) => new(stream, records[name].Position, records[name].Position + records[name].Length);
        var torch = new TorchPickle(budget);
        Dictionary<string, TorchStorage> storages = Storages(torch, Open("storages"), budget);
        ReadTensors(torch, Open("tensors"), storages, budget);
        ByteCursor cursor = Open("pickle");
        object? description = torch.Read(cursor);
        return new WeightFile(stream, budget, "PyTorch (the first format, tar)", torch.Tensors(description, cursor))
        {
            Notes = torch.Notes(),
        };
    }

    private static string Key(object? value) => Convert.ToString(value is long or string ? value : "", CultureInfo.InvariantCulture)!;

    private static long Count(TorchPickle torch, ByteCursor cursor) =>
        torch.Read(cursor) is long count and >= 0 ? count : throw cursor.Damaged("the number of its storages or tensors is missing");

    private static Dictionary<string, TorchStorage> Storages(TorchPickle torch, ByteCursor cursor, ReadBudget budget)
    {
        var storages = new Dictionary<string, TorchStorage>(StringComparer.Ordinal);
        long count = Count(torch, cursor);
        for (long i = 0; i < count; i++)
        {
            if (torch.Read(cursor) is not object?[] { Length: >= 3 } described || described[2] is not PickleGlobal type)
                throw cursor.Damaged($"its storage {i} is not described");
            budget.Describe(256);
            long elements = cursor.ReadInt64();
            var storage = new TorchStorage(type.Name, elements);
            if (elements < 0 || (Int128)elements * storage.ElementBytes > cursor.Left)
                throw cursor.Damaged($"its storage {i} of {elements} elements goes beyond the end");
            (storage.Position, storage.Bytes) = (cursor.Position, elements * storage.ElementBytes);
            cursor.Skip(storage.Bytes);
            storages[Key(described[0])] = storage;
        }

        AddViews(torch, cursor, storages, budget);
        return storages;
    }

    // Each as the number of the view, that of its storage, its first element and its elements.
    private static void AddViews(
        TorchPickle torch, ByteCursor cursor, Dictionary<string, TorchStorage> storages, ReadBudget budget)
    {
        if (torch.Read(cursor) is not List<object?> views)
            throw cursor.Damaged("the list of views of its storages is missing");
        foreach (object? item in views)
        {
            if (item is not object?[] and not List<object?>
                || ((IReadOnlyList<object?>)item) is not [var key, var root, long offset, long size]
                || !storages.TryGetValue(Key(root), out TorchStorage? storage) || offset < 0 || size < 0
                || ((Int128)offset + size) * storage.ElementBytes > storage.Bytes)
            {
                throw cursor.Damaged("a view of one of its storages does not lie within it");
            }

            budget.Describe(256);
            storages[Key(key)] = new TorchStorage(storage.TypeName, size)
            {
                Position = storage.Position + (offset * storage.ElementBytes),
                Bytes = size * storage.ElementBytes,
            };
        }
    }

    private static void ReadTensors(
        TorchPickle torch, ByteCursor cursor, Dictionary<string, TorchStorage> storages, ReadBudget budget)
    {
        long count = Count(torch, cursor);
        for (long i = 0; i < count; i++)
        {
            if (torch.Read(cursor) is not object?[] { Length: >= 2 } described
                || !storages.TryGetValue(Key(described[1]), out TorchStorage? storage))
                throw cursor.Damaged($"its tensor {i} is of no storage");

            // Dimensions take eight bytes, of which four count.
            int dimensions = cursor.ReadInt32();
            cursor.Skip(sizeof(int));
            if (dimensions is < 0 or > 64)
                throw cursor.Damaged($"its tensor {i} has {dimensions} dimensions");
            long[] shape = new long[dimensions], stride = new long[dimensions];
            foreach (long[] numbers in new[] { shape, stride })
            {
                for (int d = 0; d < dimensions; d++)
                    numbers[d] = cursor.ReadInt64();
            }

            budget.Describe(512 + (16 * dimensions));
            torch.Numbered[Key(described[0])] = new TorchTensor(storage, null, cursor.ReadInt64(), shape, stride);
        }
    }
}
