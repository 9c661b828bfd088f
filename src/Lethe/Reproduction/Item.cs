using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>A figure or a table: what the paper claims, the runs that it takes to see, and how they are judged.</summary>
internal abstract class Item
{
    /// <summary>As on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>As on the page.</summary>
    public abstract string Title { get; }

    /// <summary>What the paper claims, in our own words.</summary>
    public abstract string Claim { get; }

    /// <summary>How it is judged, in words.</summary>
    public abstract string Rule { get; }

    /// <summary>What it needs.</summary>
    public abstract IEnumerable<RunNeed> Needs(Setting setting);

    /// <summary>What its runs say.</summary>
    /// <param name="setting">At which setting.</param>
    /// <param name="groups">Its runs that are done, those that differ in the seed alone together.</param>
    public abstract ItemReading Read(Setting setting, IReadOnlyList<ReportGroup> groups);

    /// <summary>What a group of runs is called.</summary>
    protected static string NameOf(ReportGroup group) => group.Runs[0].Manifest.Method;

    /// <summary>The state after an undo of some options; null where it was not measured.</summary>
    protected static Entrant? After(ResultTable table, Umm.UmmOptions undo) =>
        table.Entrants.FirstOrDefault(entrant => entrant.Undo == Setting.NameOf(undo));
}
