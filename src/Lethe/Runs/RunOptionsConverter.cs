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
        if (JsonNode.Parse(ref reader) is not JsonObject json || json.Deserialize<RunOptions>(records) is not { } read)
            throw new JsonException("options that are no object.");
        object? methodOptions = json[own].Deserialize(MethodRegistry.Find(read.Method).DefaultOptions.GetType(), records);
        return read with { MethodOptions = (MethodOptions?)methodOptions ?? throw new JsonException($"no section '{own}'.") };
    }

    public override void Write(Utf8JsonWriter writer, RunOptions value, JsonSerializerOptions options)
    {
        JsonObject json = JsonSerializer.SerializeToNode(value, records)!.AsObject();
        JsonNode? methodOptions = JsonSerializer.SerializeToNode(value.MethodOptions, value.MethodOptions.GetType(), records);
        json.Insert(json.IndexOf(method) + 1, own, methodOptions);
        json.WriteTo(writer, options);
    }
}
