using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace Lethe.Storage.Weights;

/// <summary>
/// Reads where the tensors of a safetensors file from elsewhere lie. Unlike <see cref="Safetensors"/>, which reads Lethe's own and is
/// strict, it takes tensors of unknown types and bytes that belong to none.
/// </summary>
internal static class SafetensorsWeights
{
    private const int LongestHeader = 1 << 26;

    /// <summary>Whether a file begins like one of the format.</summary>
    /// <param name="head">Its first bytes.</param>
    /// <param name="length">All its bytes.</param>
    public static bool Matches(ReadOnlySpan<byte> head, long length) =>
        head.Length > sizeof(long) && head[sizeof(long)] == (byte)'{'
            && BinaryPrimitives.ReadInt64LittleEndian(head) is > 1 and < LongestHeader
        && (BinaryPrimitives.ReadInt64LittleEndian(head) <= length || head[4] == 0);

    /// <summary>Reads what a file holds.</summary>
    /// <param name="stream">The file; belongs to the result.</param>
    /// <param name="budget">What reading may cost.</param>
    /// <returns>The file.</returns>
    /// <exception cref="Runtime.RunException">It is truncated or damaged.</exception>
    public static WeightFile Read(FileStream stream, ReadBudget budget)
    {
        var cursor = new ByteCursor(stream, 0, stream.Length);
        long length = cursor.ReadInt64();
        if (length is < 2 or > LongestHeader || length > cursor.Left)
            throw cursor.Damaged($"its header would have {length} bytes");
        byte[] header = new byte[length];
        cursor.Read(header);
        long start = cursor.Position, room = stream.Length - start;
        var tensors = new List<StoredTensor>();
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var json = new Utf8JsonReader(header);
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject)
                throw cursor.Damaged("its header is no JSON object");
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                budget.Describe(512 + (4 * json.ValueSpan.Length));
                string name = json.GetString()!;
                json.Read();
                if (name == "__metadata__")
                    ReadMetadata(ref json, metadata, budget);
                else
                    tensors.Add(ReadTensor(ref json, name, start, room, budget, cursor));
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw cursor.Damaged($"its header cannot be read ({error.Message})");
        }

        return new WeightFile(stream, budget, "safetensors", tensors) { Metadata = metadata };
    }

    private static void ReadMetadata(ref Utf8JsonReader json, Dictionary<string, string> metadata, ReadBudget budget)
    {
        if (json.TokenType != JsonTokenType.StartObject)
            throw new FormatException("the metadata are no object");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            budget.Describe(128 + (4 * json.ValueSpan.Length));
            string key = json.GetString()!;
            json.Read();
            budget.Describe(4 * json.ValueSpan.Length);
            if (json.TokenType == JsonTokenType.String)
                metadata[key] = json.GetString()!;
            else
                json.Skip();
        }
    }

    private static StoredTensor ReadTensor(
        ref Utf8JsonReader json, string name, long start, long room, ReadBudget budget, ByteCursor cursor)
    {
        string type = "";
        long[] shape = [], range = [];
        if (json.TokenType != JsonTokenType.StartObject)
            throw new FormatException($"'{name}' is no object");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            budget.Describe(64);
            if (json.ValueTextEquals("dtype"))
            {
                json.Read();
                budget.Describe(4 * json.ValueSpan.Length);
                type = json.GetString() ?? "";
            }
            else if (json.ValueTextEquals("shape"))
            {
                shape = ReadNumbers(ref json, budget);
            }
            else if (json.ValueTextEquals("data_offsets"))
            {
                range = ReadNumbers(ref json, budget);
            }
            else
            {
                json.Skip();
            }
        }

        if (range.Length != 2 || range[0] < 0 || range[1] < range[0] || range[1] > room)
        {
            throw cursor.Damaged(
                $"'{name}' lies at the bytes [{string.Join(", ", range)}] of its values, of which there are {room}");
        }

        var tensor = new StoredTensor(name, type, KindOf(type), shape, null, start + range[0]);
        return tensor.Problem(0, range[1] - range[0]) is { } problem ? throw cursor.Damaged(problem) : tensor;
    }

    private static long[] ReadNumbers(ref Utf8JsonReader json, ReadBudget budget)
    {
        var numbers = new List<long>();
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
            throw new FormatException("a list of numbers is none");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            budget.Describe(24);
            numbers.Add(json.GetInt64());
        }

        return [.. numbers];
    }

    private static ScalarType? KindOf(string type) => type switch
    {
        "F64" => ScalarType.Float64,
        "F32" => ScalarType.Float32,
        "F16" => ScalarType.Float16,
        "BF16" => ScalarType.BFloat16,
        "I64" => ScalarType.Int64,
        "I32" => ScalarType.Int32,
        "I16" => ScalarType.Int16,
        "I8" => ScalarType.Int8,
        "U8" => ScalarType.Byte,
        "BOOL" => ScalarType.Bool,
        _ => null,
    };
}
