using Lethe.Diagnostics;
using Lethe.Runtime;

namespace Lethe.Results;

/// <summary>
/// Everything that was evaluated of several runs, side by side, with differences paired by seed. Only what was recorded in
/// <c>evaluation.json</c> counts.
/// </summary>
/// <param name="Table">What was measured, and whose it is.</param>
/// <param name="Pairs">The differences that were asked for, in the order of the rows; those that were refused too.</param>
/// <param name="Notes">What a reader must know, such as differences that were left out and why.</param>
internal sealed record Comparison(ResultTable Table, IReadOnlyList<PairedResult> Pairs, IReadOnlyList<string> Notes)
{
    private const string Reading =
        "Numbers are means ± standard deviations over (n) seeds; with one seed, the interval that the evaluation states. Accuracies and "
        + "what else lies between 0 and 1 are shown times 100, ΔR in nats. Differences are paired by seed: their mean, standard deviation, "
        + "the 95 % interval of the mean, p of a two-sided test, and p after Holm’s correction.";

    /// <summary>Builds the comparison.</summary>
    /// <exception cref="InvalidOptionException">The layer, the baseline or an undo is unknown, or a run is given twice.</exception>
    /// <exception cref="RunException">A run has not been evaluated.</exception>
    public static Comparison Of(ReportModel model, ComparisonOptions options)
    {
        Check(model, options);
        ResultTable all = ResultTable.Of(model.Groups, diagnosed: false, options.Undos);
        if (options.Layer is { } missing && !all.Layers.Contains(missing))
        {
            throw new InvalidOptionException(
                $"--layer '{missing}' was not evaluated in these runs.{Suggestion.Sentence(missing, all.Layers)} "
                + $"Use one of {string.Join(", ", all.Layers)}.");
        }

        string? layer = options.EveryLayer ? null : options.Layer ?? LayerOrder.Last(all.Layers);
        bool IsShown(ResultKey key) =>
            key.Measure != ResultKey.ReductionGap && (key.Layer == Measure.Run || (layer ?? key.Layer) == key.Layer);
        ResultTable table = all with { Keys = [.. all.Keys.Where(IsShown)] };
        (Entrant One, Entrant Other)[] asked = [.. Asked(table.Entrants, options.Baseline)];
        IReadOnlyList<PairedResult> pairs =
            PairedResult.ByFamily(table.Keys.SelectMany(key => asked.Select(ask => ask.One.Less(ask.Other, key))).OfType<PairedResult>());
        return new Comparison(
            table,
            pairs,
            [
                .. Pairing.MeansLeftOut(table.Entrants, table.Keys),
                .. PairedResult.Refusals(pairs),
                .. model.Groups.SelectMany(group => group.UndoNames
                    .Where(name => UndoLabels.Differ(group, name) && options.Undos?.Contains(name) != false)
                    .Select(name => $"{group.Letter}UMM {name} has different options in different runs: its mean says nothing.")),
                .. LookCount.Sentences(model.Groups.SelectMany(group => group.Runs)),
            ]);
    }

    /// <summary>How a row was measured; several where entrants differ in it.</summary>
    public IEnumerable<string> Settings(ResultKey key) =>
        Table.Entrants.SelectMany(entrant => entrant.Of(key)).Select(MeasuredHow.Of).Where(text => text.Length > 0).Distinct();

    /// <summary>What each entrant reached, how to read it all beneath it, and a table for each family of differences.</summary>
    public IReadOnlyList<Grid> Grids()
    {
        string[] measured = [.. Table.Keys.Select(key => key.Layer).Where(layer => layer != Measure.Run).Distinct()];
        bool layers = measured.Length > 1;
        GridColumn[] header = layers ? [new("measured"), new("layer")] : [new("measured")];
        IEnumerable<GridCell> Named(ResultKey key) => layers ? [new(key.Name), new(key.Layer)] : [new(key.Name)];
        string of = measured is [var only] ? $", {only}" : "";
        var values = new Grid(
            $"Side by side{of}",
            header.Length,
            [.. header, .. Table.Entrants.Select(entrant => new GridColumn(entrant.Name))],
            [
                .. Table.Keys.Select(key => new GridRow(
                    [.. Named(key), .. Table.Entrants.Select(entrant => GridCell.OverSeeds(key, entrant[key]))])),
            ]);
        Grid[] differences =
        [
            .. Pairs.Where(pair => pair.Difference is not null).GroupBy(pair => pair.Key.Family).Select(family => new Grid(
                $"Differences, paired by seed: {family.Key}{of}",
                header.Length + 1,
                [
                    .. header, new("difference"), new("mean"), new("sd"), new("95 % interval"), new("p"), new("p, Holm"),
                    new("visible from"), new("n"),
                ],
                [
                    .. family.Select(
                        pair => new GridRow([.. Named(pair.Key), new(pair.What), .. GridCell.Apart(pair.Key, pair.Difference!)])),
                ])
            {
                Notes = [.. PairedResult.Notes(family)],
            }),
        ];
        return [values with { Notes = Remarks() }, .. differences];
    }

    /// <summary>Every number in a row of its own, for programs.</summary>
    public Grid Lines() => NumberLines.Of(Table.Keys, Table.Entrants, Pairs);

    /// <summary>What the groups are, how each thing was measured, what was left out, and how to read it all, in sentences.</summary>
    private IReadOnlyList<string> Remarks() =>
    [
        .. Table.Entrants.Select(entrant => entrant.Group).Where(title => title.Length > 0).Distinct().Select(title => $"{title}."),
        .. Notes,
        .. Table.Keys.SelectMany(key => Settings(key).Select(settings => (Name: key.IsProbe ? key.Name : key.Protocol, settings)))
            .GroupBy(one => one.settings, one => one.Name).Select(same => $"{string.Join("; ", same.Distinct())}: {same.Key}"),
        Reading,
    ];

    private static void Check(ReportModel model, ComparisonOptions options)
    {
        if (options is { Layer: not null, EveryLayer: true })
            throw new InvalidOptionException("Give either --layer or --every-layer, not both.");
        var seeds = model.Groups.SelectMany(group => group.Runs.GroupBy(run => run.Manifest.Seed, run => run.Path));
        if (seeds.FirstOrDefault(same => same.Count() > 1) is { } twice)
        {
            throw new InvalidOptionException(
                $"{string.Join(" and ", twice)} have the same options and seed {twice.Key}, so they are one sample. Give one of them.");
        }

        ReportRun[] runs = [.. model.Groups.SelectMany(group => group.Runs)];
        if (runs.FirstOrDefault(run => ResultTable.Of([new ReportGroup("", [run])], diagnosed: false).Entrants.Count == 0) is { } bare)
        {
            throw new RunException(
                $"{bare.Path} has not been evaluated: its evaluation.json is empty or missing. Run 'lethe evaluate {bare.Path}' first.");
        }

        string[] undos = [.. runs.SelectMany(run => run.Undos.Select(undo => undo.Name)).Distinct()];
        if (options.Undos?.FirstOrDefault(name => !undos.Contains(name)) is { } unknown)
        {
            string known = undos.Length == 0 ? "These runs have no undo." : $"Use one or several of {string.Join(", ", undos)}.";
            throw new InvalidOptionException($"--undos '{unknown}' is unknown.{Suggestion.Sentence(unknown, undos)} {known}");
        }
    }

    private static IEnumerable<(Entrant, Entrant)> Asked(IReadOnlyList<Entrant> entrants, string? baseline)
    {
        if (baseline is null)
        {
            return from entrant in entrants
                   from other in new[] { entrant.Control, entrant.Before }
                   where other is not null
                   select (entrant, other);
        }

        string known = string.Join(", ", entrants.Select(entrant => $"'{entrant.Name}'"));
        Entrant chosen = entrants.FirstOrDefault(entrant => entrant.Name.Equals(baseline, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOptionException($"--baseline '{baseline}' is not a column of the comparison."
                + $"{Suggestion.Sentence(baseline, entrants.Select(entrant => entrant.Name))} Use one of {known}.");
        return entrants.Where(entrant => entrant != chosen).Select(entrant => (entrant, chosen));
    }
}
