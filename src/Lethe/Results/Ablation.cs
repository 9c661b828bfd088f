using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Results;

/// <summary>
/// The last layer before UMM, after plain training (the control), and after each undo of a group, over its runs. Controls whose training
/// is the same are one row; an undo without one of its own is held against that of another undo of its run, if it would be the same. With
/// it stand the title of the group, empty where the report has one, the options of the undo that the others are named by their difference
/// from, m, d and ε² of ΔR, and what a reader must know, such as differences that were left out and why.
/// </summary>
internal sealed record Ablation(
    string Setting, string Layer, string Reference, string Conditions, IReadOnlyList<Entrant> Rows, IReadOnlyList<string> Notes)
{
    /// <summary>What is measured, as the table and its JSON have it. Accuracies are fractions, ΔR is in nats.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        Measure.LinearAccuracy, Measure.KnnAccuracy, Measure.InstanceReductionHeldOut, ResultKey.ReductionGap,
        Measure.EffectiveRank,
    ];

    /// <summary>Whether something simpler does what UMM does, in a sentence for each accuracy; none where that was not tried.</summary>
    public IReadOnlyList<string> Rivalry { get; private init; } = [];

    /// <summary>Builds the table of each group that has an undo.</summary>
    public static IReadOnlyList<Ablation> Of(ReportModel model) => [.. model.Groups.Select(Of).OfType<Ablation>()];

    /// <summary>Builds the table of a group; null where no undo, or nothing of one, was evaluated.</summary>
    public static Ablation? Of(ReportGroup group)
    {
        ResultTable results = ResultTable.Of([group], diagnosed: true);
        if (results.LastProbed is not { } layer)
            return null;
        ResultKey[] keys = [.. Names.Select(name => ResultKey.Probe(name, layer))];
        Entrant[] rows =
            [.. results.Entrants.Where(row => row.Stage != EvaluationStage.Untrained && keys.Any(key => row.Of(key).Count > 0))];
        PairedResult[] differences =
        [
            .. from row in rows
               from baseline in new[] { row.Control, row.Before }
               from key in keys
               let less = row.Less(baseline, key)
               where less is not null
               select less,
        ];
        if (rows.All(row => row.Stage == EvaluationStage.Before))
            return null;
        var undos = new Ablation(
            group.Title,
            layer,
            UndoLabels.Describe(group),
            RateConditions.Text(RateConditions.Of(results), layer),
            rows,
            [
                .. group.UndoNames.Where(name => UndoLabels.Differ(group, name))
                    .Select(name => $"The undos named {name} have different options in different runs: their mean is meaningless."),
                .. group.UndoNames.Except(rows.Select(row => row.Undo)).Select(name => $"The undo {name} has not been evaluated yet."),
                .. Pairing.MeansLeftOut(rows, keys),
                .. PairedResult.Refusals(differences),
            ])
        {
            All = PairedResult.ByFamily(differences),
        };
        return undos with { Rivalry = Results.Rivalry.Sentences(rows, undos.Differences, layer, group.IsRival) };
    }

    /// <summary>The differences that the table shows, of accuracies, tested together.</summary>
    public IReadOnlyList<PairedResult> Differences => [.. All.Where(one => one.Key.IsAccuracy)];

    // Its JSON has those of measures that are no accuracy too.
    private IReadOnlyList<PairedResult> All { get; init; } = [];

    /// <summary>A row less another in one measure, among what it is tested with; null where there is no difference.</summary>
    public PairedDifference? Less(Entrant row, Entrant? baseline, string measure) => All.FirstOrDefault(
        one => one.Entrant == row.Name && one.Baseline == baseline?.Name && one.Key.Measure == measure)?.Difference;

    /// <summary>n: the runs that have a row.</summary>
    public int Runs(Entrant row) => row.Seeds.Count(seed => seed.Records.Keys.Any(key => key.IsProbe && key.Layer == Layer));

    /// <summary>The table in words, with the columns that hold anything.</summary>
    public Grid Grid()
    {
        (GridColumn Head, Func<Entrant, GridCell> Cell)[] columns =
        [
            .. Accuracy(Measure.LinearAccuracy),
            .. Accuracy(Measure.KnnAccuracy),
            Plain("ΔR unseen", Measure.InstanceReductionHeldOut),
            Plain("ΔR gap", ResultKey.ReductionGap),
            Plain("rank", Measure.EffectiveRank),
        ];
        columns = [.. columns.Where(column => Rows.Any(row => column.Cell(row).Text != GridCell.Nothing))];
        columns = [(new("state"), row => new(row.Label)), (new("n"), row => new($"{Runs(row)}")), .. columns];
        return Results.Grid.Of(Setting, 1, Rows, columns, row => row.Style) with
        {
            Lead =
            [
                .. Rivalry,
                $"States of {Layer}. "
                    + (Reference.Length == 0 ? ""
                        : $"{UndoLabels.Reference}: {Reference}. The other undos are named by what they do otherwise."),
            ],
            Notes =
            [
                .. Notes,
                "One row for each state. Numbers are means ± standard deviations over n runs (seeds). Differences are paired by seed, in "
                    + "percentage points, with the 95 % interval of their mean and p of a two-sided test. "
                    + $"ΔR in nats, {Conditions}; its gap is that of images trained on less that of unseen ones.",
                .. PairedResult.Notes(Differences),
            ],
        };
    }

    /// <summary>Every number of some tables in a row of its own, for programs.</summary>
    public static Grid Lines(IReadOnlyList<Ablation> tables)
    {
        Grid[] each =
        [
            .. tables.Select(table => NumberLines.Of(Names.Select(name => ResultKey.Probe(name, table.Layer)), table.Rows, table.All)),
        ];
        return each[0] with { Rows = [.. each.SelectMany(grid => grid.Rows)] };
    }

    private IEnumerable<(GridColumn, Func<Entrant, GridCell>)> Accuracy(string measure)
    {
        string group = $"{Wording.Probe(measure)} accuracy";
        ResultKey key = ResultKey.Probe(measure, Layer);
        yield return (new("%", group) { Name = $"{group}, %" }, row => GridCell.Of(row[key]?.Value, true, 1));
        yield return (new("− control", group), row => GridCell.Of(Less(row, row.Control, measure)));
        yield return (new("− before", group), row => GridCell.Of(Less(row, row.Before, measure)));
    }

    private (GridColumn, Func<Entrant, GridCell>) Plain(string title, string name) =>
        (new(title, "label-free"), row => GridCell.Of(row[ResultKey.Probe(name, Layer)]?.Value, false, 2));
}
