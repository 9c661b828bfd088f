using System.Web;

namespace Lethe.Watching;

/// <summary>What of several runs is shown, and how: it stands in the address of the page.</summary>
internal sealed record WatchQuery
{
    /// <summary>Words that a run's name, state, method or options hold; a run is shown where it has all of them.</summary>
    public string Filter { get; init; } = "";

    /// <summary>The column to sort by, a minus before it for the greatest first; empty for the name.</summary>
    public string Sort { get; init; } = "";

    /// <summary>The option whose values runs are grouped by; empty for none.</summary>
    public string Group { get; init; } = "";

    /// <summary>The measure that is shown, as LAYER/NAME; empty for the best that there is.</summary>
    public string Measure { get; init; } = "";

    /// <summary>The option that the measure is set against; empty for the first that differs.</summary>
    public string Option { get; init; } = "";

    /// <summary>Names of the runs whose curves are laid over each other; none for the first of the table.</summary>
    public IReadOnlyList<string> Chosen { get; init; } = [];

    /// <summary>Reads the query of an address.</summary>
    public static WatchQuery Parse(string query)
    {
        var values = HttpUtility.ParseQueryString(query);
        return new WatchQuery
        {
            Filter = values["filter"] ?? "",
            Sort = values["sort"] ?? "",
            Group = values["group"] ?? "",
            Measure = values["measure"] ?? "",
            Option = values["option"] ?? "",
            Chosen = values.GetValues("run") ?? [],
        };
    }

    /// <summary>
    /// The same as the query of an address, sorted by another column; the other way around where it is sorted by that already.
    /// </summary>
    public string SortedBy(string column)
    {
        IEnumerable<(string Name, string Value)> all =
        [
            ("filter", Filter), ("sort", Sort == column ? "-" + column : column), ("group", Group), ("measure", Measure),
            ("option", Option),
            .. Chosen.Select(run => ("run", run)),
        ];
        return "?" + string.Join('&', all.Where(one => one.Value.Length > 0).Select(
            one => $"{one.Name}={Uri.EscapeDataString(one.Value)}"));
    }
}
