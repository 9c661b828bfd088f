using System.Text.Json;

namespace Lethe.Storage;

/// <summary>
/// Paths in a text file, one a line. A path that would break its line, or cannot be seen, as one with a line break, a tab or another
/// control character, is written as a JSON string in quotation marks; so is one that begins with a quotation mark. All others stand as they
/// are.
/// </summary>
internal static class PathLines
{
    /// <summary>The line of a path.</summary>
    public static string Of(string path) =>
        path.StartsWith('"') || path.Any(c => char.IsControl(c) || c is '\u2028' or '\u2029') ? JsonSerializer.Serialize(path) : path;

    /// <summary>The path of a line. A line that begins with a quotation mark and is no JSON string is the path itself.</summary>
    public static string Read(string line)
    {
        if (!line.StartsWith('"'))
            return line;
        try
        {
            return JsonSerializer.Deserialize<string>(line) ?? line;
        }
        catch (JsonException)
        {
            return line;
        }
    }
}
