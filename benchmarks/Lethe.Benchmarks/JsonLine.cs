using System.Text.Json;

namespace Lethe.Benchmarks;

/// <summary>How results leave a program, Lethe's and the peers' alike: one JSON object, on the last line of standard output.</summary>
internal static class JsonLine
{
    private static readonly JsonSerializerOptions Naming = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static void Write<T>(T result) => Console.WriteLine(JsonSerializer.Serialize(result, Naming));
}
