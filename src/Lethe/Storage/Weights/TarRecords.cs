using System.Text;

namespace Lethe.Storage.Weights;

/// <summary>The records of a tar file.</summary>
internal static class TarRecords
{
    private const int Block = 512;

    /// <summary>Lists the records.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="budget">What reading may cost.</param>
    /// <returns>Where the bytes of each file lie, by name.</returns>
    /// <exception cref="Runtime.RunException">It is truncated.</exception>
    public static IReadOnlyDictionary<string, (long Position, long Length)> Read(FileStream stream, ReadBudget budget)
    {
        var records = new Dictionary<string, (long Position, long Length)>(StringComparer.Ordinal);
        var cursor = new ByteCursor(stream, 0, stream.Length);
        while (cursor.Left >= Block)
        {
            long start = cursor.Position;
            string name = cursor.ReadText(100, Encoding.UTF8).Split('\0')[0];
            cursor.Skip(24);
            string digits = cursor.ReadText(12, Encoding.ASCII).Trim('\0', ' ');
            if (name.Length == 0)
                break;
            long length = 0;
            foreach (char digit in digits)
            {
                length = digit is >= '0' and <= '7' ? (length * 8) + (digit - '0') : -1;
                if (length < 0)
                    throw cursor.Damaged($"the record '{name}' of the tar file has no length");
            }

            budget.Describe(512);
            cursor.Position = start + Block;
            if (length > cursor.Left)
                throw cursor.Damaged($"the record '{name}' of the tar file goes beyond the end");
            records[name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name] = (cursor.Position, length);
            cursor.Skip(Math.Min(cursor.Left, (length + Block - 1) / Block * Block));
        }

        return records;
    }
}
