using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json.Nodes;
using Lethe.Runtime;

namespace Lethe.Storage;

/// <summary>
/// The checksum of a JSON document within itself: its last entry, <c>checksum</c>, is XXH3-128 of all bytes of the file, taken with its own
/// digits as zeros. A document without one is of an earlier version, or was changed on purpose.
/// </summary>
internal static class JsonSeal
{
    /// <summary>The name of the entry.</summary>
    public const string Key = "checksum";

    private static readonly string open = new('0', 32);

    /// <summary>Adds the entry to a document that is about to be written.</summary>
    public static void Prepare(JsonObject document) => document[Key] = open;

    /// <summary>Puts the checksum into the bytes of a document that has the entry.</summary>
    public static void Close(Span<byte> bytes) => Encoding.ASCII.GetBytes(Of(bytes)).CopyTo(bytes[Place(bytes, open)..]);

    /// <summary>Verifies a document and takes the entry out of it.</summary>
    /// <param name="path">The file, as a message names it.</param>
    /// <param name="bytes">Its bytes, which are changed.</param>
    /// <param name="document">What was read from them.</param>
    /// <exception cref="RunException">The checksum is not that of the bytes.</exception>
    public static void Open(string path, Span<byte> bytes, JsonObject document)
    {
        if (!document.Remove(Key, out JsonNode? entry))
            return;
        string checksum = entry is JsonValue value && value.TryGetValue(out string? text) ? text : "";
        int place = checksum.Length == open.Length ? Place(bytes, checksum) : -1;
        if (place >= 0)
            Encoding.ASCII.GetBytes(open).CopyTo(bytes[place..]);
        if (place < 0 || Of(bytes) != checksum)
        {
            throw new RunException(
                $"{path} has been altered: its checksum is not that of its contents. Restore it from a copy; if you changed it on "
                + $"purpose, remove its last entry, \"{Key}\".");
        }
    }

    /// <summary>The checksum of bytes, as 32 hexadecimal digits.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) =>
        XxHash128.HashToUInt128(bytes).ToString("x32", CultureInfo.InvariantCulture);

    // The last place: what stands in a text before it may look the same.
    private static int Place(ReadOnlySpan<byte> bytes, string digits)
    {
        byte[] entry = Encoding.UTF8.GetBytes($"\"{Key}\": \"{digits}\"");
        int start = bytes.LastIndexOf(entry);
        return start < 0 ? -1 : start + entry.Length - 1 - digits.Length;
    }
}
