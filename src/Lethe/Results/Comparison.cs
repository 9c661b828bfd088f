using System.Globalization;
using Lethe.Diagnostics;
using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Results;

/// <summary>
/// Everything that was evaluated of several runs, side by side, with differences paired by seed. Only what was recorded in
/// <c>evaluation.json</c> counts.
/// </summary>
/// <param name="Entrants">The columns.</param>
/// <param name="Rows">The rows, in the order of the <see cref="ResultTable"/>.</param>
/// <param name="Notes">What a reader must know, such as differences that were left out and why.</param>
internal sealed record Comparison(IReadOnlyList<Entrant> Entrants, IReadOnlyList<ComparisonRow> Rows, IReadOnlyList<string> Notes)
{
    private const string Reading =
        "Numbers are means ± standard deviations over (n) seeds; with one seed, the interval that the evaluation states. Accuracies and what else lies between "
        + "0 and 1 are shown times 100, ΔR in nats. Differences are paired by seed: their mean, standard deviation, the 95 % interval of the mean and p of a "
        + $"two-sided t-test. With one seed, or where all differ by the same, there is neither. {Wording.Clear} With many rows some p are small by chance: nothing "
        + "is corrected for their number.";

    /// <summary>Builds the comparison.</summary>
    /// <param name="model">The runs, at least one.</param>
    /// <param name="options">What to show.</param>
    /// <exception cref="InvalidOptionException">The layer, the baseline or an undo is unknown, or a run is given twice.</exception>
    /// <exception cref="RunException">A run has not been evaluated.</exception>
    public static Comparison Of(ReportModel model, ComparisonOptions options)
    {
        Check(model, options);
        ResultTable table = ResultTable.Of(model.Groups, diagnosed: false, options.Undos);
        if (options.Layer is { } asked && !table.Layers.Contains(asked))
            throw new InvalidOptionException($"--layer '{asked}' was not evaluated in these runs. Use one of {string.Join(", ", table.Layers)}.");
        string? layer = options.EveryLayer ? null : options.Layer ?? LayerOrder.Last(table.Layers);
        (Entrant, Entrant)[] pairs = [.. Pairs(table.Entrants, options.Baseline)];
        ComparisonRow[] rows =
        [
            .. table.Keys.Where(key => key.Protocol != ResultKey.ReductionGap && (layer is null || key.Layer == layer))
                .Select(key => ComparisonRow.Of(key, table.Entrants, pairs)),
        ];
        IEnumerable<(ResultKey, string, string)> mixed = rows.SelectMany(row => table.Entrants.Where(entrant => !Pairing.Alike(entrant.Of(row.Key)))
            .Select(entrant => (row.Key, $"The mean of {entrant.Name}", "its runs were measured with different settings")));
        return new Comparison(
            table.Entrants,
            rows,
            [
                .. PairedResult.LeftOut(mixed),
                .. PairedResult.Refusals(rows.SelectMany(row => row.Pairs)),
                .. model.Groups.SelectMany(group => group.UndoNames.Where(name => UndoLabels.Differ(group, name) && options.Undos?.Contains(name) != false)
                    .Select(name => $"{group.Letter}UMM {name} has different options in different runs: its mean says nothing.")),
            ]);
    }

    /// <summary>The comparison in words: what each entrant reached, and the differences where there are any.</summary>
    /// <returns>One or two tables; how to read them stands beneath the last.</returns>
    public IReadOnlyList<Grid> Grids()
    {
        bool layers = Rows.DistinctBy(row => row.Key.Layer).Count() > 1;
        IEnumerable<GridCell> Named(ResultKey key) => layers ? [new(key.Name), new(key.Layer)] : [new(key.Name)];
        GridColumn[] header = layers ? [GridColumn.Names("measured"), GridColumn.Names("layer")] : [GridColumn.Names("measured")];
        string of = layers || Rows.Count == 0 ? "" : $", {Rows[0].Key.Layer}";
        var values = new Grid(
            $"Side by side{of}",
            [.. header, .. Entrants.Select(entrant => new GridColumn(entrant.Name))],
            [.. Rows.Select(row => new GridRow([.. Named(row.Key), .. row.Cells.Select(cell => new GridCell(row.Text(cell)))]))]);
        var differences = new Grid(
            $"Differences, paired by seed{of}",
            [.. header, GridColumn.Names("difference"), .. ((string[])["mean", "sd", "95 % interval", "p", "n"]).Select(title => new GridColumn(title))],
            [
                .. Rows.SelectMany(row => row.Differences.Select(pair => new GridRow(
                    [.. Named(row.Key), new($"{pair.Entrant} − {pair.Baseline}"), .. row.Text(pair.Difference!)]))),
            ]);
        return differences.Rows.Count == 0 ? [values with { Notes = Remarks() }] : [values, differences with { Notes = Remarks() }];
    }

    /// <summary>Every number on a line of its own, as programs read tables: what was reached has no baseline, a difference has one.</summary>
    public Grid Lines() => new(
        "",
        [
            .. ((string[])
            [
                "protocol", "measure", "variant", "target", "labelShare", "quick", "layer", "entrant", "baseline", "count", "mean", "deviation", "low", "high", "p", "isClear",
            ]).Select(title => new GridColumn(title)),
        ],
        [
            .. Rows.SelectMany(row => Entrants.Zip(row.Cells).Where(pair => pair.Second is not null).Select(pair => Line(row.Key, pair.First.Name, pair.Second!))),
            .. Rows.SelectMany(row => row.Differences.Select(pair => Line(row.Key, pair, pair.Difference!))),
        ]);

    private static GridRow Line(ResultKey key, string entrant, ResultCell cell) => Line(
        key, entrant, "", $"{cell.Value.Count}", Exact(cell.Value.Mean), cell.Value.Count == 1 ? "" : Exact(cell.Value.Deviation), Exact(cell.Low), Exact(cell.High), "", "");

    private static GridRow Line(ResultKey key, PairedResult pair, PairedDifference of) => Line(
        key, pair.Entrant, pair.Baseline, $"{of.Count}", Exact(of.Mean), Exact(of.Deviation), Exact(of.Low), Exact(of.High), Exact(of.P), Words(of.IsClear));

    private static GridRow Line(ResultKey key, params IEnumerable<string> numbers) => GridRow.Of(
    [
        key.Protocol, key.Measure ?? "", key.Variant ?? "", key.Target ?? "", Exact(key.LabelShare), Words(key.Quick), key.Layer, .. numbers,
    ]);

    private static string Words(bool value) => value ? "true" : "false";

    private static string Exact(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    /// <summary>What the groups are, how each thing was measured, what was left out, and how to read it all, in sentences.</summary>
    private IReadOnlyList<string> Remarks() =>
    [
        .. Entrants.Select(entrant => entrant.Group).Where(title => title.Length > 0).Distinct().Select(title => $"{title}."),
        .. Notes,
        .. Rows.SelectMany(row => row.Settings.Select(settings => (row.Key, settings))).GroupBy(one => one.settings)
            .Select(same => $"{string.Join("; ", same.Select(one => one.Key.Measure is null ? one.Key.Name : one.Key.Protocol).Distinct())}: {same.Key}"),
        Reading,
    ];

    private static void Check(ReportModel model, ComparisonOptions options)
    {
        if (options is { Layer: not null, EveryLayer: true })
            throw new InvalidOptionException("A layer and every layer exclude each other. Give --layer or --every-layer.");
        foreach (ReportGroup group in model.Groups)
        {
            if (group.Runs.GroupBy(run => run.Manifest.Seed).FirstOrDefault(same => same.Count() > 1) is { } twice)
            {
                throw new InvalidOptionException(
                    $"{string.Join(" and ", twice.Select(run => run.Path))} have the same options and the same seed {twice.Key}, so they are no two samples. Give one of them.");
            }
        }

        ReportRun[] runs = [.. model.Groups.SelectMany(group => group.Runs)];
        if (runs.FirstOrDefault(run => ResultTable.Of([new ReportGroup("", [run])], diagnosed: false).Entrants.Count == 0) is { } bare)
            throw new RunException($"{bare.Path} has not been evaluated: its evaluation.json is empty or missing. Run 'lethe evaluate {bare.Path}' first.");
        string[] names = [.. runs.SelectMany(run => run.Undos.Select(undo => undo.Name)).Distinct()];
        if (options.Undos?.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
        {
            throw new InvalidOptionException(
                $"--undos '{unknown}' is unknown. {(names.Length == 0 ? "These runs have no undo." : $"Use one or several of {string.Join(", ", names)}.")}");
        }
    }

    private static IEnumerable<(Entrant, Entrant)> Pairs(IReadOnlyList<Entrant> entrants, string? baseline)
    {
        if (baseline is null)
            return entrants.Where(entrant => entrant.Control is not null).SelectMany(entrant => ((Entrant, Entrant)[])[(entrant, entrant.Control!), (entrant, entrant.Before!)]);
        Entrant chosen = entrants.FirstOrDefault(entrant => entrant.Name.Equals(baseline, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOptionException($"--baseline '{baseline}' is no entrant. Use one of {string.Join(", ", entrants.Select(entrant => $"'{entrant.Name}'"))}.");
        return entrants.Where(entrant => entrant != chosen).Select(entrant => (entrant, chosen));
    }
}
