using System.Text.Json;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Cli.Sweeps;

/// <summary>What a sweep knows of a cell beyond what its run says, in a file beside its log.</summary>
/// <param name="Threads">Threads that it computes with, from its first step on: other threads give other bits.</param>
internal sealed record CellState(int Threads)
{
    private const string FileName = "state.json";

    private static readonly JsonSerializerOptions options = new()
    {
        WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    /// <summary>The command lines that are done, in their order.</summary>
    public IReadOnlyList<string> Done { get; init; } = [];

    /// <summary>Why its last try failed; null where it did not.</summary>
    public string? Failure { get; init; }

    /// <summary>Reads what is known of a cell.</summary>
    /// <param name="cell">The cell.</param>
    /// <returns>
    /// Null where it has not begun. What cannot be read is as good as not there: steps find by themselves that they are done.
    /// </returns>
    public static CellState? Load(SweepCell cell)
    {
        try
        {
            string path = Path.Combine(cell.Folder, FileName);
            return File.Exists(path) ? JsonSerializer.Deserialize<CellState>(File.ReadAllBytes(path), options) : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes it, whole or not at all.</summary>
    /// <exception cref="RunException">It cannot be written.</exception>
    public void Save(SweepCell cell) =>
        AtomicFile.Write(Path.Combine(cell.Folder, FileName), stream => JsonSerializer.Serialize(stream, this, options));
}
