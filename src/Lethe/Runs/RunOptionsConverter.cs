using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lethe.Methods;

namespace Lethe.Runs;

/// <summary>Options of a pre-training as <c>run.json</c> keeps them: the method decides which record its own options are.</summary>
/// <param name="records">How each record is written.</param>
internal sealed class RunOptionsConverter(JsonSerializerOptions records) : JsonConverter<RunOptions>
{
    private readonly string method = records.PropertyNamingPolicy!.ConvertName(nameof(RunOptions.Method));
    private readonly string own = records.PropertyNamingPolicy!.ConvertName(nameof(RunOptions.MethodOptions));

    public override RunOptions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (JsonNode.Parse(ref reader) is not JsonObject json)
            throw new JsonException("options that are no object.");
        json.Remove(own, out JsonNode? found);
        JsonNode section = found ?? throw new JsonException($"no section '{own}'.");
        RunOptions read = json.Deserialize<RunOptions>(records)!;
        MethodEntry? entry = MethodRegistry.All.FirstOrDefault(entry => entry.Name == read.Method);
        return read with
        {
            MethodOptions = entry is null
                ? new UnknownMethodOptions(section.ToJsonString())
                : (MethodOptions)section.Deserialize(entry.DefaultOptions.GetType(), records)!,
        };
    }

    public override void Write(Utf8JsonWriter writer, RunOptions value, JsonSerializerOptions options)
    {
        JsonObject json = JsonSerializer.SerializeToNode(value, records)!.AsObject();
        JsonNode? section = value.MethodOptions is UnknownMethodOptions unknown
            ? JsonNode.Parse(unknown.Json)
            : JsonSerializer.SerializeToNode(value.MethodOptions, value.MethodOptions.GetType(), records);
        json.Insert(json.IndexOf(method) + 1, own, section);
        json.WriteTo(writer, options);
    }
}
