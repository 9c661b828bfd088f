using Lethe.Data;
using Lethe.Results;
using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>Colours the map of a report by the user's own numbers.</summary>
internal static class MapTable
{
    /// <summary>What the map has of its own, by these names.</summary>
    private static readonly string[] taken = ["class", "part", "neighbour agreement", "isolation", "SSLMem", ImageMap.HeldOutScore];

    /// <summary>Adds columns of a table to the map of the first run.</summary>
    /// <param name="model">What a report shows.</param>
    /// <param name="table">The table.</param>
    /// <param name="name">What it is called.</param>
    /// <returns>The model, and what to tell people.</returns>
    /// <exception cref="RunException">The page has no map.</exception>
    /// <exception cref="DataException">The table says nothing of any image of the map, or contradicts itself.</exception>
    public static (ReportModel Model, IReadOnlyList<string> Notices) Coloured(ReportModel model, NumberTable table, string name)
    {
        if (model.Groups.Count > 1)
            throw new RunException("--map-columns: a page of several settings has no map. Give runs that differ only in the seed.");
        ReportGroup group = model.Groups[0];
        ReportRun run = group.Runs[0];
        if (run.Map is not { } map)
        {
            throw new RunException($"--map-columns: {run.Path} has no map to colour. Draw one in the same command, with --map-images "
                + $"{MapDrawing.UsualImages}.");
        }

        string source = run.Manifest.Data.Source;
        (IReadOnlyList<float[]> values, IReadOnlyList<string> notices) = table.Of(map.Names, Directory.Exists(source) ? source : null);
        var names = new HashSet<string>([.. taken, .. map.Columns.Select(column => column.Name)]);
        string Unique(string title)
        {
            string unique = names.Contains(title) ? $"{title} ({name})" : title;
            for (int i = 2; !names.Add(unique); i++)
                unique = $"{title} ({name}, {i})";
            return unique;
        }

        MapColumn[] columns =
        [
            .. table.Names.Zip(values, (title, own) => new MapColumn(Unique(title), $"as {name} has it", MapNumbers.Single(own))),
        ];
        run = run with { Map = map with { Columns = [.. map.Columns, .. columns] } };
        return (model with { Groups = [group with { Runs = [run, .. group.Runs.Skip(1)] }] }, [.. table.Notices, .. notices]);
    }
}
