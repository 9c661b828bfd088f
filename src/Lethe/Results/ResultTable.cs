using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Results;

/// <summary>
/// The one table of results: everything that was measured of some runs, by what it is (<see cref="ResultKey"/>, the rows) and by whose it
/// is (<see cref="Entrant"/>, the columns). Every table and sentence about results is a query over it.
/// </summary>
/// <param name="Entrants">The columns that hold anything.</param>
internal sealed record ResultTable(IReadOnlyList<Entrant> Entrants)
{
    private static readonly List<string> probes =
    [
        Measure.LinearAccuracy, Measure.KnnAccuracy, Measure.LinearAccuracySeenBank, Measure.KnnAccuracySeenBank,
        Measure.InstanceReductionHeldOut, Measure.InstanceReductionTrain, ResultKey.ReductionGap, Measure.LabelReduction,
        Measure.EffectiveRank, Measure.MembershipAuc, Measure.LossHeldOut, Measure.LossTrain,
    ];

    /// <summary>The rows: quick probes first, then protocols in the order of their first record; layers from early to late.</summary>
    public IReadOnlyList<ResultKey> Keys { get; init; } =
        Sorted([.. Entrants.SelectMany(entrant => entrant.Seeds.SelectMany(seed => seed.Records.Keys)).Distinct()]);

    /// <summary>The layers, from early to late.</summary>
    public IReadOnlyList<string> Layers => LayerOrder.Sort(Keys.Select(key => key.Layer));

    /// <summary>The last layer of the encoder that quick probes were applied to; null where there is none.</summary>
    public string? LastProbed => LayerOrder.Last(LayerOrder.Sort(Keys.Where(key => key.IsProbe).Select(key => key.Layer)));

    /// <summary>The first column of a state of the encoder; null where it holds nothing.</summary>
    public Entrant? this[EvaluationStage stage] => Entrants.FirstOrDefault(entrant => entrant.Stage == stage);

    // What the differences of the table are tested together with; most tables are never asked for one.
    private Lazy<IReadOnlyList<PairedResult>> Family { get; init; } = new([]);

    /// <summary>
    /// One state less another, as <see cref="Pairing"/> allows; null where one of the two was not measured. What the table of undos has is
    /// taken from there, so that a sentence calls nothing clear that the table does not.
    /// </summary>
    public PairedResult? Less(EvaluationStage stage, EvaluationStage baseline, ResultKey key) =>
        this[stage]?.Less(this[baseline], key) is not { } alone ? null
        : Family.Value.FirstOrDefault(one => (one.Key, one.Entrant, one.Baseline) == (key, alone.Entrant, alone.Baseline)) ?? alone;

    /// <summary>
    /// Builds the table of groups of runs, with the undos of some names and their controls, or with all. Where a run was not evaluated, the
    /// diagnoses of its training may stand in.
    /// </summary>
    public static ResultTable Of(IReadOnlyList<ReportGroup> groups, bool diagnosed, IReadOnlyList<string>? undos = null) =>
        Filled(groups.SelectMany(group => OfGroup(group, diagnosed, undos)));

    /// <summary>
    /// Builds the table of one undo of a group beside its own control alone; null is the table without any. Names are those of the table of
    /// all undos.
    /// </summary>
    public static ResultTable Of(ReportGroup group, string? undo)
    {
        ResultTable own = Of([group.With(undo)], diagnosed: true);
        ResultTable all = Of([group], diagnosed: true);
        Entrant? control = all.Entrants.FirstOrDefault(entrant => entrant.Undo is { } name && name == undo)?.Control;
        return new(
        [
            .. own.Entrants.Select(entrant => entrant.Stage == EvaluationStage.Control && control is not null
                ? entrant with { Name = control.Name } : entrant),
        ]) { Family = new(() => Ablation.Of(group)?.Differences ?? []) };
    }

    /// <summary>Builds the table of the records of one encoder, whose columns are its states.</summary>
    public static ResultTable Of(IReadOnlyList<EvaluationRecord> records) => Filled(Enum.GetValues<EvaluationStage>().Select(stage =>
        new Entrant(Wording.Stage(stage), Wording.Stage(stage), "", stage, null, [SeedResults.Of(0, "", stage, records)])));

    /// <summary>Tables whose columns are states, as one whose rows stand one beneath the other.</summary>
    public static ResultTable Stacked(IEnumerable<ResultTable> tables) => new(
    [
        .. tables.SelectMany(table => table.Entrants).GroupBy(entrant => entrant.Stage).OrderBy(same => same.Key)
            .Select(same => same.First() with
            {
                Name = same.First().Label, Seeds = [.. same.SelectMany(entrant => entrant.Seeds)],
            }),
    ]);

    /// <summary>A part of the rows, with the columns that hold anything of it, and perhaps with another name for its layers.</summary>
    public ResultTable Only(Func<ResultKey, bool> isPart, string? layer = null) => Filled(Entrants.Select(entrant => entrant with
    {
        Seeds =
        [
            .. entrant.Seeds.Select(seed => seed with
            {
                Records = seed.Records.Where(one => isPart(one.Key))
                    .ToDictionary(one => one.Key with { Layer = layer ?? one.Key.Layer }, one => one.Value),
            }),
        ],
    }));

    private static ResultTable Filled(IEnumerable<Entrant> entrants) =>
        new([.. entrants.Where(entrant => entrant.Seeds.Any(seed => seed.Records.Count > 0))]);

    private static IEnumerable<Entrant> OfGroup(ReportGroup group, bool diagnosed, IReadOnlyList<string>? wanted)
    {
        Entrant before = Make(EvaluationStage.Before, "before", "before", Own);
        List<Entrant> entrants = [Make(EvaluationStage.Untrained, "untrained", "untrained", Own), before];
        foreach (var alike in UndoLabels.Of(group).GroupBy(undo => undo.Control))
        {
            (string Name, string Label, string Control)[] shown = [.. alike.Where(undo => wanted?.Contains(undo.Name) != false)];
            if (shown.Length == 0)
                continue;

            // Undos whose controls would be the same training share one, an undo's own first.
            Entrant Control(string own) => Make(
                EvaluationStage.Control,
                alike.Key == "control" ? alike.Key : $"control {shown[0].Name}",
                alike.Key,
                run => OfUndos(run, alike.Select(undo => undo.Name).OrderByDescending(name => name == own))) with { Before = before };
            entrants.Add(Control(shown[0].Name));
            entrants.AddRange(shown.Select(undo =>
                Make(EvaluationStage.Umm, $"{(group.IsRival(undo.Name) ? "rival" : "UMM")} {undo.Name}", undo.Label,
                    run => OfUndos(run, [undo.Name])) with
                {
                    Undo = undo.Name, Control = Control(undo.Name), Before = before,
                }));
        }

        return entrants;

        IEnumerable<EvaluationRecord> Own(ReportRun run) => diagnosed ? run.Evaluations.Concat(run.Diagnosed) : run.Evaluations;

        static IEnumerable<EvaluationRecord> OfUndos(ReportRun run, IEnumerable<string> names) =>
            from name in names
            from undo in run.Undos
            where undo.Name == name
            from record in undo.Evaluations
            select record;

        Entrant Make(EvaluationStage stage, string name, string label, Func<ReportRun, IEnumerable<EvaluationRecord>> records) => new(
            group.Letter + name,
            label,
            group.Title,
            stage,
            null,
            [.. group.Runs.Select(run => SeedResults.Of(run.Manifest.Seed, run.Manifest.Data.Fingerprint, stage, records(run)))]);
    }

    private static IReadOnlyList<ResultKey> Sorted(ResultKey[] keys)
    {
        List<string> layers = [.. LayerOrder.Sort(keys.Select(key => key.Layer))];
        Func<ResultKey, int> First(Func<ResultKey, (string?, string?)> part)
        {
            var places = keys.Select(part).Distinct().Index().ToDictionary(one => one.Item, one => one.Index);
            return key => places[part(key)];
        }

        Func<ResultKey, int> ofProtocol = First(key => (key.Protocol, key.Target));
        return
        [
            .. keys.Where(key => layers.Contains(key.Layer) || key.Layer == Measure.Run)
                .OrderBy(key => !key.IsProbe)
                .ThenBy(key => key.IsProbe ? (key.Target is null ? 0 : probes.Count) + probes.IndexOf(key.Measure) : ofProtocol(key))
                .ThenBy(key => key.Quick)
                .ThenBy(First(key => (key.Variant, null)))
                .ThenBy(key => key.LabelShare)
                .ThenBy(First(key => (key.Measure, null)))
                .ThenBy(key => layers.IndexOf(key.Layer)),
        ];
    }
}
