using System.Numerics;

namespace Lethe.Storage.Weights;

/// <summary>
/// Reads the format of <c>torch.save</c> from 2017 to PyTorch 1.5, still written with <c>_use_new_zipfile_serialization=False</c>: five
/// pickles (a magic number, the version, the machine, the objects, the keys of the storages), then each storage as its number of elements
/// and its bytes.
/// </summary>
internal static class TorchStream
{
    // Facts of torch/serialization.py.
    private static readonly BigInteger Magic = BigInteger.Parse(
        "1950a86a20f9469cfc6c", System.Globalization.NumberStyles.HexNumber, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Reads what a file holds.</summary>
    /// <param name="stream">The file; belongs to the result.</param>
    /// <param name="budget">What reading may cost.</param>
    /// <returns>The file; null where it is another pickle.</returns>
    /// <exception cref="Runtime.RunException">It is damaged or asks for too much.</exception>
    public static WeightFile? Read(FileStream stream, ReadBudget budget)
    {
        var cursor = new ByteCursor(stream, 0, stream.Length);
        var torch = new TorchPickle(budget);
        if (torch.Read(cursor) is not BigInteger magic || magic != Magic)
            return null;
        if (torch.Read(cursor) is not 1001L)
            throw cursor.Damaged("it is of another version than 1001, the only one there is");
        torch.BigEndian = torch.Read(cursor) is PickleDictionary machine && machine["little_endian"] is false;
        object? description = torch.Read(cursor);
        if (torch.Read(cursor) is not List<object?> keys)
            throw cursor.Damaged("the list of its storages is missing");
        foreach (object? key in keys)
        {
            string name = key as string ?? Convert.ToString(key, System.Globalization.CultureInfo.InvariantCulture) ?? "";
            long count = cursor.ReadInt64();
            if (!torch.Storages.TryGetValue(name, out TorchStorage? storage))
                throw cursor.Damaged($"its storage '{name}' is of no type");
            if (count < 0 || (Int128)count * storage.ElementBytes > cursor.Left)
                throw cursor.Damaged($"its storage '{name}' of {count} elements goes beyond the end");
            (storage.Position, storage.Bytes) = (cursor.Position, count * storage.ElementBytes);
            cursor.Skip(storage.Bytes);
        }

        torch.PlaceViews(cursor);
        return new WeightFile(stream, budget, "PyTorch (the older format without zip)", torch.Tensors(description, cursor))
        {
            Notes = torch.Notes(),
        };
    }
}
