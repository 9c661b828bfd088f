namespace Lethe.Reproduction;

/// <summary>The runs that some items need together: what several need is there once.</summary>
/// <param name="Runs">In the order in which items first need them.</param>
internal sealed record Plan(IReadOnlyList<PlannedRun> Runs)
{
    /// <summary>Plans items at a setting.</summary>
    public static Plan Of(IEnumerable<Item> items, Setting setting)
    {
        var needs = from item in items
                    from need in item.Needs(setting)
                    select (Item: item.Name, need, Run: PlannedRun.NameOf(need.Options));
        return new Plan(
        [
            .. needs.GroupBy(one => one.Run).Select(same => new PlannedRun(
                same.First().need.Options,
                [.. same.SelectMany(one => one.need.Undos).Distinct()],
                [.. same.SelectMany(one => one.need.Protocols).Distinct()],
                [.. same.Select(one => one.Item).Distinct()])),
        ]);
    }

    /// <summary>The runs of one item, whole: with what others need of them.</summary>
    public IEnumerable<PlannedRun> Of(Item item) => Runs.Where(run => run.Items.Contains(item.Name));
}
