using System.Globalization;
using Lethe.Models;
using Lethe.Results;

namespace Lethe.Watching;

/// <summary>Several runs as a query asks for them: which rows, in which order, by which measure; and in what options they differ.</summary>
internal sealed record Overview
{
    /// <summary>The option that names the method.</summary>
    public const string MethodName = "method";

    /// <summary>What stands before an option's name where it is a column to sort by.</summary>
    public const string OfOption = "option:";

    private const int MostDifferences = 8, MostLines = 8;
    private const string Seed = "seed", MethodOptions = "methodOptions.";

    // What is looked at where nothing is asked for.
    private static readonly (string Layer, string Name)[] usual =
    [
        (LayerNames.Last, Diagnostics.Measure.KnnAccuracy), (LayerNames.Last, Diagnostics.Measure.LinearAccuracy),
        (Diagnostics.Measure.Run, Diagnostics.Measure.LossHeldOut), (Diagnostics.Measure.Run, Diagnostics.Measure.Loss),
    ];

    private Overview(WatchQuery query) => Query = query;

    /// <summary>What was asked.</summary>
    public WatchQuery Query { get; }

    /// <summary>The measures that there are, as LAYER/NAME.</summary>
    public required IReadOnlyList<string> Measures { get; init; }

    /// <summary>Layer and name of the measure that is shown; null where nothing was measured.</summary>
    public (string Layer, string Name)? Measure { get; private init; }

    /// <summary>The rows, filtered and sorted.</summary>
    public required IReadOnlyList<OverviewRow> Rows { get; init; }

    /// <summary>All options in which the rows differ.</summary>
    public required IReadOnlyList<string> AllDiffering { get; init; }

    /// <summary>The first some of them, for a table.</summary>
    public IEnumerable<string> Differing => AllDiffering.Take(MostDifferences);

    /// <summary>How many more options they differ in.</summary>
    public int MoreDiffering => Math.Max(0, AllDiffering.Count - MostDifferences);

    /// <summary>The value of an option that most rows have; null where none is more common than others.</summary>
    public required IReadOnlyDictionary<string, string> Common { get; init; }

    /// <summary>The rows whose curves are laid over each other, at most as many as there are hues.</summary>
    public required IReadOnlyList<OverviewRow> Lines { get; init; }

    /// <summary>The option that results are set against; null where there is none.</summary>
    public string? Against => Differing.Contains(Query.Option) ? Query.Option
        : Differing.FirstOrDefault(option => option != Seed) ?? Differing.FirstOrDefault();

    /// <summary>Rows with the value of the option that they are grouped by; one group without a name where they are not.</summary>
    public IEnumerable<(string Name, OverviewRow[] Rows)> Groups => Query.Group.Length == 0
        ? [("", [.. Rows])]
        : Rows.GroupBy(row => row.Run.Options.GetValueOrDefault(Query.Group, GridCell.Nothing)).Select(
            group => ($"{Query.Group} {group.Key}", group.ToArray()));

    /// <summary>Whether the value that a row has of an option is not that of most rows.</summary>
    public bool Departs(OverviewRow row, string option) =>
        Common.TryGetValue(option, out string? common) && common != row.Run.Options.GetValueOrDefault(option, GridCell.Nothing);

    /// <summary>What is shown of some runs.</summary>
    public static Overview Of(IReadOnlyList<WatchedRun> runs, WatchQuery query, DateTimeOffset now)
    {
        string[] measures = [.. runs.SelectMany(run => run.Measures).Distinct().Select(m => $"{m.Layer}/{m.Name}")];
        string? shown = measures.Contains(query.Measure) ? query.Measure
            : usual.Select(one => $"{one.Layer}/{one.Name}").FirstOrDefault(measures.Contains) ?? measures.FirstOrDefault();
        (string Layer, string Name)? measure = shown?.Split('/', 2) is [var layer, var name] ? (layer, name) : null;
        string[] words = query.Filter.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        OverviewRow[] rows =
        [
            .. runs.Select(run => new OverviewRow(
                run, run.Life(now),
                [.. (run.Run?.Measurements ?? []).Where(m => (m.Layer, m.Name) == measure).OrderBy(m => m.Epoch)], measure?.Name ?? ""))
                .Where(row => words.All(word => row.Words.Contains(word, StringComparison.OrdinalIgnoreCase))),
        ];
        string[] differing = [.. Differences(rows)];
        OverviewRow[] sorted = [.. Sorted(rows, query.Sort)];
        OverviewRow[] chosen =
            [.. sorted.Where(row => row.Curve.Count > 0 && (query.Chosen.Count == 0 || query.Chosen.Contains(row.Run.Id)))];
        return new Overview(query)
        {
            Measures = measures,
            Measure = measure,
            Rows = sorted,
            AllDiffering = differing,
            Common = differing.Select(option => (Option: option, Value: MostCommon(rows, option))).Where(one => one.Value is not null)
                .ToDictionary(one => one.Option, one => one.Value!),
            Lines = [.. chosen.Take(MostLines)],
        };
    }

    /// <summary>The values of an option in order: as numbers where all are, else as text.</summary>
    public static string[] Ordered(IEnumerable<string> values)
    {
        string[] all = [.. values.Distinct()];
        return all.All(value => Number(value) is not null)
            ? [.. all.OrderBy(Number)]
            : [.. all.Order(StringComparer.Ordinal)];
    }

    private static double? Number(string value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    private static IEnumerable<string> Differences(OverviewRow[] rows)
    {
        OverviewRow[] read = [.. rows.Where(row => row.Run.Run is not null)];
        string[] names =
        [
            .. read.SelectMany(row => row.Run.Options.Keys).Distinct()
                .Where(name => read.Select(row => row.Run.Options.GetValueOrDefault(name)).Distinct().Skip(1).Any()),
        ];

        // The name of a method says enough: its own options differ because it does. What is a result of another option is not one.
        return names.Where(name => !names.Contains(MethodName) || !name.StartsWith(MethodOptions, StringComparison.Ordinal))
            .OrderByDescending(name => name == MethodName).ThenByDescending(name => name == Seed);
    }

    private static string? MostCommon(OverviewRow[] rows, string option)
    {
        var counts = rows.GroupBy(row => row.Run.Options.GetValueOrDefault(option, "")).OrderByDescending(value => value.Count()).ToArray();
        return counts.Length > 1 && counts[0].Count() > counts[1].Count() ? counts[0].Key : null;
    }

    private static IEnumerable<OverviewRow> Sorted(OverviewRow[] rows, string sort)
    {
        bool down = sort.StartsWith('-');
        string column = sort.TrimStart('-');
        if (column.Length == 0)
            return rows;
        if (column is "run" or "state" || column.StartsWith(OfOption, StringComparison.Ordinal))
        {
            string Text(OverviewRow row) => column == "run" ? row.Run.Id : column == "state" ? RunWords.Word(row.Life)
                : row.Run.Options.GetValueOrDefault(column[OfOption.Length..], "");
            string[] order = Ordered(rows.Select(Text));
            int Place(OverviewRow row) => Array.IndexOf(order, Text(row));
            return down ? rows.OrderByDescending(Place) : rows.OrderBy(Place);
        }

        // What was not measured comes last either way.
        double? Value(OverviewRow row) => column switch
        {
            "last" => row.Last?.Value,
            "best" => row.Best?.Value,
            "epochs" => row.Run.Run?.Measurements.Select(m => m.Epoch).DefaultIfEmpty(0).Max(),
            "begun" => row.Run.Run?.Manifest.StartedUtc.ToUnixTimeSeconds(),
            _ => null,
        };
        IOrderedEnumerable<OverviewRow> known = rows.OrderBy(row => Value(row) is null);
        return down ? known.ThenByDescending(Value) : known.ThenBy(Value);
    }
}
