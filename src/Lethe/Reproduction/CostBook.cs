using System.Text.Json;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Reproduction;

/// <summary>Seconds that were spent on each run, interruptions left out: kept beside the runs, in <c>cost.json</c>.</summary>
/// <param name="root">The folder of the page.</param>
internal sealed class CostBook(string root)
{
    private static readonly JsonSerializerOptions indented = new() { WriteIndented = true };

    private readonly Dictionary<string, double> seconds = Read(Path.Combine(root, "cost.json"));

    /// <summary>What was spent on a run; 0 where nothing is known.</summary>
    public double this[string run] => seconds.GetValueOrDefault(run);

    /// <summary>Adds what was spent, and writes it down.</summary>
    public void Add(string run, TimeSpan spent)
    {
        seconds[run] = this[run] + spent.TotalSeconds;
        AtomicFile.Write(Path.Combine(root, "cost.json"), stream => JsonSerializer.Serialize(stream, seconds, indented));
    }

    private static Dictionary<string, double> Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllText(path)) ?? [] : [];
        }
        catch (JsonException error)
        {
            throw new RunException($"{path} is damaged: {error.Message} Delete it; only the time that was spent is lost.", error);
        }
    }
}
