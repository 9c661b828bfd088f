using Lethe.Diagnostics;
using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Reporting;

/// <summary>
/// Everything that was evaluated of several runs, side by side, with differences paired by seed. Only what was recorded in
/// <c>evaluation.json</c> counts. A difference is taken where both sides were measured in the same way, on the same images.
/// </summary>
/// <param name="Entrants">The columns.</param>
/// <param name="Rows">The rows: quick probes first, then protocols; layers from early to late.</param>
/// <param name="Notes">What a reader must know, such as differences that were left out and why.</param>
public sealed record ComparisonTable(IReadOnlyList<ComparisonEntrant> Entrants, IReadOnlyList<ComparisonRow> Rows, IReadOnlyList<string> Notes)
{
    private static readonly string[] probes =
    [
        EvaluationProtocol.Linear, EvaluationProtocol.Knn, EvaluationProtocol.InstanceReductionHeldOut, EvaluationProtocol.InstanceReductionTrain, EvaluationProtocol.EffectiveRank,
    ];

    /// <summary>How to read the table, in words.</summary>
    public static string Reading { get; } =
        "Numbers are means ± standard deviations over (n) seeds; with one seed, the interval that the evaluation states. Accuracies and what else lies between 0 and 1 are shown times 100, "
        + "ΔR in nats. Differences are paired by seed: their mean, standard deviation, the 95 % interval of the mean and p of a two-sided t-test. With one seed, or where all differ by the same, "
        + "there is neither. With many rows some p are small by chance: nothing is corrected for their number.";

    /// <summary>Builds the table.</summary>
    /// <param name="model">The runs, at least one.</param>
    /// <param name="options">What to show.</param>
    /// <returns>The table.</returns>
    /// <exception cref="InvalidOptionException">The layer, the baseline or an undo is unknown, or a run is given twice.</exception>
    /// <exception cref="RunException">A run has not been evaluated.</exception>
    public static ComparisonTable Of(ReportModel model, ComparisonOptions options)
    {
        Check(model, options);
        List<string> notes = [];
        Column[] columns = [.. model.Groups.SelectMany(group => Columns(group, options.Undos)).Where(column => column.Runs.Any(run => run.Records.Count > 0))];
        Key[] keys = Keys(columns, options);
        Pair[] pairs = Pairs(columns, options.Baseline);
        List<(string Row, string What, string Why)> leftOut = [];
        ComparisonRow[] rows = [.. keys.Select(key => Row(key, columns, pairs, leftOut))];
        notes.AddRange(leftOut.GroupBy(one => (one.What, one.Why)).Select(same => $"{same.Key.What} is left out of {string.Join("; ", same.Select(one => one.Row).Distinct())}: {same.Key.Why}."));
        notes.AddRange(model.Groups.SelectMany(group => group.UndoNames.Where(name => UndoLabels.Differ(group, name) && options.Undos?.Contains(name) != false)
            .Select(name => $"{Prefix(group)}UMM {name} has different options in different runs: its mean says nothing.")));
        return new ComparisonTable([.. columns.Select(column => column.Entrant)], rows, notes);
    }

    /// <summary>The table in words: what each entrant reached, and the differences where there are any.</summary>
    /// <returns>One or two tables.</returns>
    public IReadOnlyList<ComparisonGrid> Grids()
    {
        bool layers = Rows.DistinctBy(row => row.Layer).Count() > 1;
        IEnumerable<string> Named(ComparisonRow row) => layers ? [row.Name, row.Layer] : [row.Name];
        string[] header = layers ? ["measured", "layer"] : ["measured"];
        string of = layers || Rows.Count == 0 ? "" : $", {Rows[0].Layer}";
        var values = new ComparisonGrid(
            $"Side by side{of}",
            [.. header, .. Entrants.Select(entrant => entrant.Name)],
            header.Length,
            [.. Rows.Select(row => (IReadOnlyList<string>)[.. Named(row), .. row.Cells.Select(row.Text)])],
            [.. Rows.Select(_ => false)]);
        (ComparisonRow Row, ComparisonDifference Difference)[] found = [.. Rows.SelectMany(row => row.Differences.Select(difference => (row, difference)))];
        var differences = new ComparisonGrid(
            $"Differences, paired by seed{of}",
            [.. header, "difference", "mean", "sd", "95 % interval", "p", "n"],
            header.Length + 1,
            [.. found.Select(one => (IReadOnlyList<string>)[.. Named(one.Row), $"{one.Difference.Entrant} − {one.Difference.Baseline}", .. one.Row.Text(one.Difference.Difference)])],
            [.. found.Select(one => one.Difference.Difference.IsClear)]);
        return found.Length == 0 ? [values] : [values, differences];
    }

    /// <summary>What the groups are, how each thing was measured, what was left out, and how to read it all, in sentences.</summary>
    /// <returns>The sentences.</returns>
    public IReadOnlyList<string> Remarks() =>
    [
        .. Entrants.Select(entrant => entrant.Group).Where(title => title.Length > 0).Distinct().Select(title => $"{title}."),
        .. Notes,
        .. Rows.SelectMany(row => row.Settings.Select(settings => (row, settings))).GroupBy(one => one.settings)
            .Select(same => $"{string.Join("; ", same.Select(one => one.row.Measure is null ? one.row.Name : one.row.Protocol).Distinct())}: {same.Key}"),
        Reading,
    ];

    private static void Check(ReportModel model, ComparisonOptions options)
    {
        if (options is { Layer: not null, EveryLayer: true })
            throw new InvalidOptionException("A layer and every layer exclude each other. Give --layer or --every-layer.");
        foreach (ReportGroup group in model.Groups)
        {
            if (group.Runs.GroupBy(run => run.Manifest.Seed).FirstOrDefault(same => same.Count() > 1) is { } twice)
                throw new InvalidOptionException($"{string.Join(" and ", twice.Select(run => run.Path))} have the same options and the same seed {twice.Key}, so they are no two samples. Give one of them.");
        }

        ReportRun[] runs = [.. model.Groups.SelectMany(group => group.Runs)];
        if (runs.FirstOrDefault(run => !Recorded(run).Any() && run.Undos.All(undo => !Recorded(undo).Any())) is { } bare)
            throw new RunException($"{bare.Path} has not been evaluated: its evaluation.json is empty or missing. Run 'lethe evaluate {bare.Path}' first.");
        string[] names = [.. runs.SelectMany(run => run.Undos.Select(undo => undo.Name)).Distinct()];
        if (options.Undos?.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
            throw new InvalidOptionException($"--undos '{unknown}' is unknown. {(names.Length == 0 ? "These runs have no undo." : $"Use one or several of {string.Join(", ", names)}.")}");
    }

    private static string Prefix(ReportGroup group) => group.Title.Length == 0 ? "" : $"{group.Title[0]} ";

    private static IEnumerable<EvaluationRecord> Recorded(ReportRun run) => [.. run.Evaluations, .. run.Protocols.Where(record => record.Epoch is null)];

    private static IEnumerable<EvaluationRecord> Recorded(ReportUndo undo) => [.. undo.Evaluations, .. undo.Protocols];

    private static IEnumerable<Column> Columns(ReportGroup group, IReadOnlyList<string>? wanted)
    {
        foreach (EvaluationStage stage in (EvaluationStage[])[EvaluationStage.Untrained, EvaluationStage.Before])
            yield return Make(Wording.Stage(stage), stage, null, Recorded);
        foreach (var alike in UndoLabels.Of(group).GroupBy(undo => undo.Control))
        {
            // Undos whose controls would be the same training share one, as in the table of undos.
            string[] names = [.. alike.Select(undo => undo.Name)];
            string[] shown = [.. names.Where(name => wanted?.Contains(name) != false)];
            if (shown.Length == 0) continue;
            Column Control(string first) => Make(alike.Key == "control" ? "control" : $"control {shown[0]}", EvaluationStage.Control, null, run => OfUndos(run, names.OrderByDescending(name => name == first)));
            yield return Control(shown[0]);
            foreach (string name in shown)
                yield return Make($"UMM {name}", EvaluationStage.Umm, name, run => OfUndos(run, [name])) with { Control = Control(name) };
        }

        static IEnumerable<EvaluationRecord> OfUndos(ReportRun run, IEnumerable<string> names) =>
            names.SelectMany(name => run.Undos.Where(undo => undo.Name == name).SelectMany(Recorded));

        Column Make(string name, EvaluationStage stage, string? undo, Func<ReportRun, IEnumerable<EvaluationRecord>> records) => new(
            new ComparisonEntrant(Prefix(group) + name, group.Title, stage, undo),
            [
                .. group.Runs.Select(run => new Seeded(
                    run.Manifest.Seed,
                    run.Manifest.Data.Fingerprint,
                    records(run).Where(record => record.Stage == stage).DistinctBy(Key.Of).ToDictionary(Key.Of))),
            ]);
    }

    private static Key[] Keys(Column[] columns, ComparisonOptions options)
    {
        Key[] all = [.. columns.SelectMany(column => column.Runs.SelectMany(run => run.Records.Keys)).Distinct()];
        List<string> layers = [.. LayerOrder.Sort(all.Select(key => key.Layer))];
        if (options.Layer is { } asked && !layers.Contains(asked))
            throw new InvalidOptionException($"--layer '{asked}' was not evaluated in these runs. Use one of {string.Join(", ", layers)}.");
        string? layer = options.EveryLayer ? null : options.Layer ?? LayerOrder.Last(layers);
        int First(Func<Key, object?> part, Key key) => Array.FindIndex(all, other => Equals(part(other), part(key)));
        return
        [
            .. all.Where(key => layers.Contains(key.Layer) && (layer is null || key.Layer == layer))
                .OrderBy(key => key.Measure is not null)
                .ThenBy(key => key.Measure is null ? Array.IndexOf(probes, key.Protocol) : First(other => (other.Protocol, other.Target), key))
                .ThenBy(key => key.Quick)
                .ThenBy(key => First(other => other.Variant, key))
                .ThenBy(key => key.LabelShare)
                .ThenBy(key => First(other => other.Measure, key))
                .ThenBy(key => layers.IndexOf(key.Layer)),
        ];
    }

    private static Pair[] Pairs(Column[] columns, string? baseline)
    {
        if (baseline is null)
        {
            return
            [
                .. columns.Where(column => column.Control is not null).SelectMany(column => (Pair[])
                [
                    new(column, column.Control!),
                    .. columns.Where(other => other.Entrant.Stage == EvaluationStage.Before && other.Entrant.Group == column.Entrant.Group).Select(before => new Pair(column, before)),
                ]),
            ];
        }

        Column chosen = columns.FirstOrDefault(column => column.Entrant.Name.Equals(baseline, StringComparison.OrdinalIgnoreCase))
            ?? throw new InvalidOptionException($"--baseline '{baseline}' is no entrant. Use one of {string.Join(", ", columns.Select(column => $"'{column.Entrant.Name}'"))}.");
        return [.. columns.Where(column => column != chosen).Select(column => new Pair(column, chosen))];
    }

    private static ComparisonRow Row(Key key, Column[] columns, Pair[] pairs, List<(string Row, string What, string Why)> leftOut)
    {
        string name = $"{ComparisonRow.Title(key.Protocol, key.Measure, key.Variant, key.Target, key.LabelShare, key.Quick)}, {key.Layer}";
        ComparisonCell? Cell(Column column)
        {
            EvaluationRecord[] found = column.Of(key);
            if (found.Length == 0) return null;
            if (Alike(found))
                return new ComparisonCell(Spread.Of([.. found.Select(record => record.Value)]), found.Length == 1 ? found[0].Low : null, found.Length == 1 ? found[0].High : null);
            leftOut.Add((name, $"The mean of {column.Entrant.Name}", "its runs were measured with different settings"));
            return null;
        }

        ComparisonCell?[] cells = [.. columns.Select(Cell)];
        return new ComparisonRow(
            key.Protocol,
            key.Measure,
            key.Variant,
            key.Target,
            key.LabelShare,
            key.Quick,
            key.Layer,
            [.. columns.SelectMany(column => column.Of(key)).Select(Settings).Where(text => text.Length > 0).Distinct()],
            cells,
            [.. pairs.Select(pair => Difference(key, pair, name, leftOut)).OfType<ComparisonDifference>()]);
    }

    private static ComparisonDifference? Difference(Key key, Pair pair, string row, List<(string Row, string What, string Why)> leftOut)
    {
        (Seeded Run, EvaluationRecord Record, Seeded BaseRun, EvaluationRecord Base)[] both =
        [
            .. from run in pair.Entrant.Runs
               from other in pair.Baseline.Runs
               where run.Seed == other.Seed && run.Records.ContainsKey(key) && other.Records.ContainsKey(key)
               select (run, run.Records[key], other, other.Records[key]),
        ];
        string what = $"{pair.Entrant.Entrant.Name} − {pair.Baseline.Entrant.Name}";
        EvaluationRecord[] all = [.. pair.Entrant.Of(key), .. pair.Baseline.Of(key)];
        string? why = both.Length == 0
            ? pair.Entrant.Of(key).Length > 0 && pair.Baseline.Of(key).Length > 0 ? "they have no seed in common" : null
            : !Alike(all) ? "they were measured with different settings"
            : both.Select(one => Unlike(one.Run, one.Record, one.BaseRun, one.Base)).FirstOrDefault(text => text is not null);
        if (why is not null) leftOut.Add((row, what, why));
        return both.Length == 0 || why is not null ? null : new ComparisonDifference(
            pair.Entrant.Entrant.Name,
            pair.Baseline.Entrant.Name,
            PairedDifference.Of([.. both.Select(one => one.Base.Value)], [.. both.Select(one => one.Record.Value)]));
    }

    /// <summary>Why a pair is none; null where it is. The division into parts is drawn from the seed, so images are compared within pairs.</summary>
    private static string? Unlike(Seeded run, EvaluationRecord record, Seeded baseRun, EvaluationRecord of)
    {
        string images = record.Fingerprint ?? run.Fingerprint, others = of.Fingerprint ?? baseRun.Fingerprint;
        if (images != others)
            return $"the images differ (fingerprints {images} and {others} at seed {run.Seed}; training images count)";
        if (record.ProbeCount != of.ProbeCount || record.TestCount != of.TestCount)
            return $"numbers of images differ (fitted on {record.ProbeCount} and {of.ProbeCount}, measured on {record.TestCount} and {of.TestCount} at seed {run.Seed})";
        return record.Measure is not null && record.Seed != of.Seed ? $"the seeds of their evaluations differ ({record.Seed} and {of.Seed})" : null;
    }

    private static bool Alike(IReadOnlyList<EvaluationRecord> records) => records.Select(Settings).Distinct().Count() <= 1;

    /// <summary>How a number was measured. The d of a rate counts; an accuracy compares between encoders of different widths.</summary>
    private static string Settings(EvaluationRecord record)
    {
        if (record.Measure is not null) return record.Settings ?? "";
        string[] parts =
        [
            .. record.Rows is { } rows ? (string[])[$"m = {Wording.Count(rows)}"] : [],
            .. record.Dimension is { } dimension && !Wording.IsAccuracy(record.Protocol) ? (string[])[$"d = {dimension}"] : [],
            .. record.EpsilonSquared is { } epsilonSquared ? (string[])[$"ε² = {Wording.Short(epsilonSquared)}"] : [],
            .. record.Neighbours is { } neighbours ? (string[])[$"k = {neighbours}"] : [],
            .. record.Temperature is { } temperature ? (string[])[$"temperature {Wording.Short(temperature)}"] : [],
        ];
        return parts.Length == 0 ? "" : $"{string.Join(", ", parts)}.";
    }

    private sealed record Key(string Protocol, string? Measure, string? Variant, string? Target, double? LabelShare, bool Quick, string Layer)
    {
        public static Key Of(EvaluationRecord record) =>
            new(record.Protocol, record.Measure, record.Variant, record.Target, record.LabelShare, record.Quick == true, record.Layer);
    }

    private sealed record Seeded(ulong Seed, string Fingerprint, IReadOnlyDictionary<Key, EvaluationRecord> Records);

    private sealed record Column(ComparisonEntrant Entrant, IReadOnlyList<Seeded> Runs)
    {
        /// <summary>The control of the undo; null for what is none.</summary>
        public Column? Control { get; init; }

        public EvaluationRecord[] Of(Key key) => [.. Runs.Where(run => run.Records.ContainsKey(key)).Select(run => run.Records[key])];
    }

    private sealed record Pair(Column Entrant, Column Baseline);
}
