using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Reporting;

/// <summary>
/// The last layer before UMM, after plain training (the control), and after each undo of a group, over its runs. Differences are
/// paired by run. Controls whose training is the same are one row; an undo without a control of its own is held against that of another
/// undo of its run whose control would be the same.
/// </summary>
/// <param name="Setting">Title of the group; empty where the report has one.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Reference">Options of the undo that the others are named by their difference from, in words.</param>
/// <param name="Conditions">m, d and ε² of ΔR, in words.</param>
/// <param name="Rows">Before, then each control and the undos beside it.</param>
/// <param name="Notes">What a reader must know, such as undos of one name with different options.</param>
public sealed record AblationTable(
    string Setting, string Layer, string Reference, string Conditions, IReadOnlyList<AblationRow> Rows, IReadOnlyList<string> Notes)
{
    /// <summary>Name of ΔR on images trained on less ΔR on unseen ones.</summary>
    public const string ReductionGap = "instanceReductionGap";

    /// <summary>How to read the table, in words.</summary>
    public static string Reading { get; } =
        "One row for each state. Numbers are means ± standard deviations over n runs (seeds). Differences are taken within each run, in percentage points, "
        + "with the 95 % interval of their mean and p of a two-sided paired t-test, bold where the interval leaves out 0; with one run, or where all runs differ by the same, there is "
        + "neither. With many rows some p are small by chance: nothing is corrected for their number.";

    private static readonly string[] names =
    [
        EvaluationProtocol.Linear, EvaluationProtocol.Knn, EvaluationProtocol.InstanceReductionHeldOut, ReductionGap, EvaluationProtocol.EffectiveRank,
    ];

    /// <summary>Builds the table of each group that has an undo.</summary>
    /// <param name="model">The report's data.</param>
    /// <returns>One table for each such group.</returns>
    public static IReadOnlyList<AblationTable> Of(ReportModel model) => [.. model.Groups.Select(Of).OfType<AblationTable>()];

    /// <summary>Builds the table of a group.</summary>
    /// <param name="group">The runs.</param>
    /// <returns>The table; null where no undo, or nothing of one, was evaluated.</returns>
    public static AblationTable? Of(ReportGroup group)
    {
        IReadOnlyList<(string Name, string Label, string Control)> undos = UndoLabels.Of(group);
        string? layer = LayerOrder.Last(LayerOrder.Sort(undos.SelectMany(undo => group.Runs.SelectMany(run => run.EvaluationsWith(undo.Name))).Select(record => record.Layer)));
        if (layer is null) return null;

        // One entry for each run, so that differences pair.
        IReadOnlyDictionary<string, double>[] Values(EvaluationStage stage, params IEnumerable<string> ofUndos) =>
        [
            .. group.Runs.Select(run => ofUndos
                .Select(name => Measured(run.EvaluationsWith(name).Where(record => record.Stage == stage && record.Layer == layer)))
                .FirstOrDefault(values => values.Count > 0) ?? new Dictionary<string, double>()),
        ];

        IReadOnlyDictionary<string, double>[] before = Values(EvaluationStage.Before, undos.Select(undo => undo.Name));
        List<AblationRow?> rows = [Row("before", EvaluationStage.Before, null, before, null, null)];
        foreach (var alike in undos.GroupBy(undo => undo.Control))
        {
            rows.Add(Row(alike.Key, EvaluationStage.Control, null, Values(EvaluationStage.Control, alike.Select(undo => undo.Name)), null, before));
            rows.AddRange(alike.Select(undo => Row(
                undo.Label,
                EvaluationStage.Umm,
                undo.Name,
                Values(EvaluationStage.Umm, undo.Name),
                Values(EvaluationStage.Control, alike.Select(other => other.Name).OrderByDescending(name => name == undo.Name)),
                before)));
        }

        AblationRow[] filled = [.. rows.OfType<AblationRow>()];
        return filled.All(row => row.Stage == EvaluationStage.Before) ? null : new AblationTable(
            group.Title,
            layer,
            UndoLabels.Describe(group),
            RateConditions.Text([.. undos.SelectMany(undo => RateConditions.OfEvaluations(group, undo.Name))], layer),
            filled,
            [
                .. undos.Where(undo => UndoLabels.Differ(group, undo.Name)).Select(undo => $"The undos named {undo.Name} have different options in different runs: their mean says nothing."),
                .. undos.Where(undo => filled.All(row => row.Undo != undo.Name)).Select(undo => $"The undo {undo.Name} has not been evaluated yet."),
            ]);
    }

    private static Dictionary<string, double> Measured(IEnumerable<EvaluationRecord> records)
    {
        Dictionary<string, double> values = records.ToDictionary(record => record.Protocol, record => record.Value);
        if (values.TryGetValue(EvaluationProtocol.InstanceReductionTrain, out double trained) && values.TryGetValue(EvaluationProtocol.InstanceReductionHeldOut, out double unseen))
            values[ReductionGap] = trained - unseen;
        return values;
    }

    private static AblationRow? Row(
        string label,
        EvaluationStage stage,
        string? undo,
        IReadOnlyDictionary<string, double>[] values,
        IReadOnlyDictionary<string, double>[]? control,
        IReadOnlyDictionary<string, double>[]? before)
    {
        AblationMeasure[] measures =
        [
            .. from name in names
               let found = values.Where(run => run.ContainsKey(name)).Select(run => run[name]).ToArray()
               where found.Length > 0
               select new AblationMeasure(name, Spread.Of(found), Difference(control, values, name), Difference(before, values, name)),
        ];
        return measures.Length == 0 ? null : new AblationRow(label, stage, undo, values.Count(run => run.Count > 0), measures);
    }

    private static PairedDifference? Difference(IReadOnlyDictionary<string, double>[]? from, IReadOnlyDictionary<string, double>[] to, string name)
    {
        if (from is null) return null;
        (double From, double To)[] pairs = [.. from.Zip(to).Where(pair => pair.First.ContainsKey(name) && pair.Second.ContainsKey(name)).Select(pair => (pair.First[name], pair.Second[name]))];
        return pairs.Length == 0 ? null : PairedDifference.Of([.. pairs.Select(pair => pair.From)], [.. pairs.Select(pair => pair.To)]);
    }
}
