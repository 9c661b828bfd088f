using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Lethe.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Storage;

/// <summary>
/// Reads and writes tensors in the safetensors format: the length of the header in eight bytes (little-endian), the header in
/// JSON (name → dtype, shape and first and last byte), then the values.
/// </summary>
/// <remarks>
/// Equal tensors and metadata give equal bytes. Values are stored by element size, largest first, then by name, so that each
/// is aligned. A written file carries a checksum of its header and values in the metadata entry <c>lethe.xxh3</c>: XXH3-128 of
/// the whole file, taken with the digits of the checksum as zeros. Reading verifies it where it is there; readers in other languages
/// see one more entry.
/// </remarks>
internal static class Safetensors
{
    internal const string ChecksumKey = "lethe.xxh3";
    private const string MetadataKey = "__metadata__";
    private const int MaxHeaderBytes = 100_000_000;
    private const long ChunkBytes = 1 << 28;
    private static readonly string NoChecksum = new('0', 32);

    private static readonly (string Name, ScalarType Type, int Size)[] Types =
    [
        ("F64", ScalarType.Float64, 8),
        ("I64", ScalarType.Int64, 8),
        ("F32", ScalarType.Float32, 4),
        ("I32", ScalarType.Int32, 4),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="tensors">Tensors of any shape, layout and device.</param>
    /// <param name="metadata">More entries for the header.</param>
    /// <exception cref="ArgumentException">A dtype that the format lacks here, or a reserved name.</exception>
    /// <exception cref="RunException">The file cannot be written.</exception>
    public static void Write(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>
    /// Writes to a stream. At most one tensor is copied at a time, and only if it is not contiguous and on the CPU already.
    /// </summary>
    /// <param name="stream">Takes the bytes.</param>
    /// <param name="tensors">Tensors of any shape, layout and device.</param>
    /// <param name="metadata">More entries for the header.</param>
    /// <exception cref="ArgumentException">A dtype that the format lacks here, or a reserved name.</exception>
    public static void Write(
        Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        if (tensors.ContainsKey(MetadataKey))
            throw new ArgumentException($"The format reserves the name {MetadataKey}.", nameof(tensors));
        if (metadata is not null && metadata.ContainsKey(ChecksumKey))
            throw new ArgumentException($"The entry {ChecksumKey} is computed.", nameof(metadata));
        (string Name, Tensor Tensor, string Type, int Size)[] ordered =
        [
            .. tensors
                .Select(pair => (pair.Key, pair.Value, TypeOf(pair.Key, pair.Value).Name, TypeOf(pair.Key, pair.Value).Size))
                .OrderByDescending(entry => entry.Size)
                .ThenBy(entry => entry.Key, StringComparer.Ordinal),
        ];

        byte[] head = Head(ordered, metadata);
        var hash = new XxHash128();
        hash.Append(head);
        foreach (var entry in ordered)
            ForEachChunk(entry.Tensor, entry.Size, chunk => hash.Append(chunk));
        Encoding.ASCII.GetBytes(Hex(hash)).CopyTo(head, ChecksumOffset(head, NoChecksum));

        stream.Write(head);
        foreach (var entry in ordered)
            ForEachChunk(entry.Tensor, entry.Size, chunk => stream.Write(chunk));
    }

    /// <summary>Reads a file, from here or elsewhere.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Tensors and metadata; the caller disposes it, or reads it within a dispose scope.</returns>
    /// <exception cref="RunException">The file is missing, truncated, altered, or not in the format.</exception>
    public static SafetensorsFile Read(string path) => Opened(path, stream => Read(stream, path));

    /// <summary>
    /// Reads the checksum that a file was written with, and none of its values: two files that have the same one hold the same.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>Hexadecimal digits; null where the file was written elsewhere and has none.</returns>
    /// <exception cref="RunException">The file is missing, or its header is not in the format.</exception>
    internal static string? ReadChecksum(string path) => ReadMetadata(path).GetValueOrDefault(ChecksumKey);

    /// <summary>Reads what a file says of itself, and none of its values.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The metadata, the checksum among them.</returns>
    /// <exception cref="RunException">The file is missing, or its header is not in the format.</exception>
    internal static IReadOnlyDictionary<string, string> ReadMetadata(string path) =>
        Opened(path, stream => Parse(ReadHead(stream, path), path).Metadata);

    private static T Opened<T>(string path, Func<FileStream, T> read)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return read(stream);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RunException($"{path} is missing. Give the path of a safetensors file that exists.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"{path} cannot be read: {error.Message}", error);
        }
    }

    private static SafetensorsFile Read(FileStream stream, string path)
    {
        byte[] head = ReadHead(stream, path);
        (Dictionary<string, string> metadata, List<Entry> entries) = Parse(head, path);
        CheckLayout(entries, stream.Length - head.Length, path);

        bool hasChecksum = metadata.Remove(ChecksumKey, out string? checksum);
        var hash = new XxHash128();
        if (hasChecksum)
        {
            int digits = checksum!.Length == NoChecksum.Length ? ChecksumOffset(head, checksum) : -1;
            if (digits < 0)
                throw Altered(path);
            head.AsSpan(digits, NoChecksum.Length).Fill((byte)'0');
            hash.Append(head);
        }

        using DisposeScope scope = NewDisposeScope();
        var tensors = new Dictionary<string, Tensor>(entries.Count, StringComparer.Ordinal);
        foreach (Entry entry in entries)
        {
            Tensor tensor = empty(entry.Shape, entry.Type, torch.CPU);
            ForEachChunk(tensor, entry.ElementSize, chunk =>
            {
                stream.ReadExactly(chunk);
                if (hasChecksum)
                    hash.Append(chunk);
            });
            tensors.Add(entry.Name, tensor);
        }

        if (hasChecksum && Hex(hash) != checksum)
            throw Altered(path);
        foreach (Tensor tensor in tensors.Values)
            tensor.MoveToOuterDisposeScope();
        return new SafetensorsFile(metadata, tensors, hasChecksum);
    }

    private static byte[] Head(
        IEnumerable<(string Name, Tensor Tensor, string Type, int Size)> ordered, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(stackalloc byte[sizeof(ulong)]);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject(MetadataKey);
            json.WriteString(ChecksumKey, NoChecksum);
            foreach (
                (string key, string value) in (metadata ?? new Dictionary<string, string>()).OrderBy(
                    pair => pair.Key, StringComparer.Ordinal))
                json.WriteString(key, value);
            json.WriteEndObject();
            long offset = 0;
            foreach ((string name, Tensor tensor, string type, int size) in ordered)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", type);
                json.WriteStartArray("shape");
                foreach (long dimension in tensor.shape)
                    json.WriteNumberValue(dimension);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.numel() * size);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // The format pads the header with spaces, so that the values start at a multiple of eight.
        while (buffer.Length % sizeof(ulong) != 0)
            buffer.WriteByte((byte)' ');
        byte[] head = buffer.ToArray();
        int length = head.Length - sizeof(ulong);
        if (length > MaxHeaderBytes)
            throw new ArgumentException($"The names and metadata take {length} bytes; the format allows {MaxHeaderBytes}.");
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)length);
        return head;
    }

    // The eight bytes of the length, and the header.
    private static byte[] ReadHead(FileStream stream, string path)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (stream.Length < prefix.Length)
            throw Truncated(path, $"it has {stream.Length} bytes");
        stream.ReadExactly(prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length is < 2 or > MaxHeaderBytes)
            throw Malformed(path, $"the header would have {length} bytes");
        if (length > (ulong)(stream.Length - prefix.Length))
            throw Truncated(path, $"the header has {length} bytes and the file {stream.Length}");
        byte[] head = new byte[prefix.Length + (int)length];
        prefix.CopyTo(head);
        stream.ReadExactly(head, prefix.Length, (int)length);
        return head[prefix.Length] == (byte)'{' ? head : throw Malformed(path, "the header does not start with {");
    }

    private static (Dictionary<string, string> Metadata, List<Entry> Entries) Parse(byte[] head, string path)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var entries = new List<Entry>();
        try
        {
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false };
            using var document = JsonDocument.Parse(head.AsMemory(sizeof(ulong)), options);
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                if (property.Name == MetadataKey)
                {
                    foreach (JsonProperty item in property.Value.EnumerateObject())
                        metadata.Add(item.Name, item.Value.GetString() ?? throw Malformed(path, $"the metadata entry {item.Name} is null"));
                }
                else
                {
                    entries.Add(ParseEntry(property, path));
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Malformed(path, $"the header cannot be read ({error.Message})", error);
        }

        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        return (metadata, entries);
    }

    private static Entry ParseEntry(JsonProperty property, string path)
    {
        string? name = property.Value.GetProperty("dtype").GetString();
        int type = Array.FindIndex(Types, known => known.Name == name);
        if (type < 0)
            throw Malformed(
                path, $"{property.Name} has the dtype {name}; known are {string.Join(", ", Types.Select(known => known.Name))}");
        long[] shape = [.. property.Value.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64())];
        long[] range = [.. property.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
        if (range.Length != 2)
            throw Malformed(path, $"{property.Name} has {range.Length} data offsets instead of two");
        return new Entry(property.Name, Types[type].Type, Types[type].Size, shape, range[0], range[1]);
    }

    private static void CheckLayout(List<Entry> entries, long dataLength, string path)
    {
        long next = 0;
        foreach (Entry entry in entries)
        {
            if (entry.Begin != next)
                throw Malformed(
                    path, $"{entry.Name} starts at byte {entry.Begin} of the values, where {next} was expected: a hole or an overlap");
            if (ByteCount(entry) is not { } bytes || entry.End - entry.Begin != bytes)
                throw Malformed(
                    path, $"{entry.Name} has the shape [{string.Join(", ", entry.Shape)}] and the bytes {entry.Begin} to {entry.End}");
            next = entry.End;
        }

        if (next > dataLength)
            throw Truncated(path, $"the header promises {next} bytes of values and there are {dataLength}");
        if (next < dataLength)
            throw Malformed(path, $"{dataLength - next} bytes follow the last tensor");
    }

    // Null if a dimension is negative or the shape is larger than can be counted, even where another dimension is zero.
    private static long? ByteCount(Entry entry)
    {
        Int128 size = entry.ElementSize;
        bool isEmpty = false;
        foreach (long dimension in entry.Shape)
        {
            if (dimension < 0)
                return null;
            isEmpty |= dimension == 0;
            size *= Math.Max(1, dimension);
            if (size > long.MaxValue)
                return null;
        }

        return isEmpty ? 0 : (long)size;
    }

    // Hands out the memory of a tensor, in logical order: of the tensor itself if it is contiguous and on the CPU, else of a copy.
    private static void ForEachChunk(Tensor tensor, int elementSize, Action<Span<byte>> use)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor flat = tensor.detach().cpu().contiguous().view(-1);
        long count = flat.numel();
        long step = ChunkBytes / elementSize;
        for (long start = 0; start < count; start += step)
        {
            using Tensor part = flat.narrow(0, start, Math.Min(step, count - start));
            use(part.bytes);
        }
    }

    private static (string Name, ScalarType Type, int Size) TypeOf(string name, Tensor tensor)
    {
        int index = Array.FindIndex(Types, known => known.Type == tensor.dtype);
        return index >= 0 ? Types[index] : throw new ArgumentException($"{name} has the dtype {tensor.dtype}, which is not stored.");
    }

    private static int ChecksumOffset(ReadOnlySpan<byte> head, string checksum)
    {
        byte[] entry = Encoding.UTF8.GetBytes($"\"{ChecksumKey}\":\"{checksum}\"");
        int start = head.IndexOf(entry);
        return start < 0 ? -1 : start + entry.Length - 1 - checksum.Length;
    }

    private static string Hex(XxHash128 hash) => hash.GetCurrentHashAsUInt128().ToString("x32", CultureInfo.InvariantCulture);

    private static RunException Truncated(string path, string what) =>
        new($"{path} is truncated: {what}. Restore it from a copy, or use an earlier checkpoint.");

    private static RunException Malformed(string path, string what, Exception? inner = null) =>
        new($"{path} is not a valid safetensors file: {what}. Restore it from a copy, or use an earlier checkpoint.", inner);

    private static RunException Altered(string path) => new(
        $"{path} has been altered: its checksum is not that of its contents. Restore it from a copy, or use an earlier checkpoint; " +
        $"if you changed it on purpose, remove its metadata entry {ChecksumKey}.");

    private sealed record Entry(string Name, ScalarType Type, int ElementSize, long[] Shape, long Begin, long End);
}
