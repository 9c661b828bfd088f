using Lethe.Runs;

namespace Lethe.Results;

/// <summary>
/// The one table of results: everything that was measured of some runs, by what it is (<see cref="ResultKey"/>, the rows) and by whose it is
/// (<see cref="Entrant"/>, the columns). Every table and sentence about results is a query over it.
/// </summary>
/// <param name="Entrants">The columns that hold anything.</param>
internal sealed record ResultTable(IReadOnlyList<Entrant> Entrants)
{
    /// <summary>The quick probes, in the order in which they are shown.</summary>
    public static IReadOnlyList<string> Probes { get; } =
    [
        EvaluationProtocol.Linear, EvaluationProtocol.Knn, EvaluationProtocol.InstanceReductionHeldOut, EvaluationProtocol.InstanceReductionTrain,
        ResultKey.ReductionGap, EvaluationProtocol.EffectiveRank,
    ];

    /// <summary>The rows: quick probes first, then protocols in the order of their first record; layers from early to late.</summary>
    public IReadOnlyList<ResultKey> Keys { get; init; } = Sorted([.. Entrants.SelectMany(entrant => entrant.Seeds.SelectMany(seed => seed.Records.Keys)).Distinct()]);

    /// <summary>The layers, from early to late.</summary>
    public IReadOnlyList<string> Layers => LayerOrder.Sort(Keys.Select(key => key.Layer));

    /// <summary>The last layer of the encoder that quick probes were applied to; null where there is none.</summary>
    public string? LastProbed => LayerOrder.Last(LayerOrder.Sort(Keys.Where(key => key.Measure is null).Select(key => key.Layer)));

    /// <summary>The first column of a state of the encoder; null where it holds nothing.</summary>
    public Entrant? this[EvaluationStage stage] => Entrants.FirstOrDefault(entrant => entrant.Stage == stage);

    /// <summary>One state less another, as <see cref="Pairing"/> allows; null where one of the two was not measured.</summary>
    public PairedResult? Less(EvaluationStage stage, EvaluationStage baseline, ResultKey key) => this[stage]?.Less(this[baseline], key);

    /// <summary>Builds the table of groups of runs.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="diagnosed">Whether the diagnoses of training stand in where a run was not evaluated.</param>
    /// <param name="undos">Names of the undos to show, with their controls; null shows all.</param>
    public static ResultTable Of(IReadOnlyList<ReportGroup> groups, bool diagnosed, IReadOnlyList<string>? undos = null) =>
        Filled(groups.SelectMany(group => Of(group, diagnosed, undos)));

    /// <summary>Builds the table of one undo of a group, beside its own control alone.</summary>
    /// <param name="group">The runs.</param>
    /// <param name="undo">Name of the undo; null for the table without any.</param>
    public static ResultTable Of(ReportGroup group, string? undo) => Of([group.With(undo)], diagnosed: true);

    /// <summary>Builds the table of records by themselves, whose columns are states of the encoder.</summary>
    /// <param name="runs">The records of each run.</param>
    public static ResultTable Of(IReadOnlyList<IReadOnlyList<EvaluationRecord>> runs) => Filled(Enum.GetValues<EvaluationStage>().Select(stage =>
        Make(stage, null, "", Wording.Stage(stage), Wording.Stage(stage), runs.Index().Select(run => ((ulong)run.Index, "", (IEnumerable<EvaluationRecord>)run.Item)))));

    /// <summary>Tables of equal columns as one, whose rows stand one beneath the other; columns are states of the encoder.</summary>
    public static ResultTable Stacked(IEnumerable<ResultTable> tables) => new(
        [.. tables.SelectMany(table => table.Entrants).GroupBy(entrant => entrant.Stage).OrderBy(same => same.Key)
            .Select(same => same.First() with { Seeds = [.. same.SelectMany(entrant => entrant.Seeds)] })]);

    /// <summary>A part of the rows, with the columns that hold anything of it.</summary>
    public ResultTable Only(Func<ResultKey, bool> isPart) => Changed(records => records.Where(record => isPart(record.Key)));

    /// <summary>The table with another name for its layers.</summary>
    public ResultTable Renamed(string layer) =>
        Changed(records => records.Select(record => KeyValuePair.Create(record.Key with { Layer = layer }, record.Value)));

    private ResultTable Changed(Func<IEnumerable<KeyValuePair<ResultKey, EvaluationRecord>>, IEnumerable<KeyValuePair<ResultKey, EvaluationRecord>>> change) =>
        Filled(Entrants.Select(entrant => entrant with
        {
            Seeds = [.. entrant.Seeds.Select(seed => seed with { Records = change(seed.Records).ToDictionary() })],
        }));

    private static ResultTable Filled(IEnumerable<Entrant> entrants) => new([.. entrants.Where(entrant => entrant.Seeds.Any(seed => seed.Records.Count > 0))]);

    private static IEnumerable<Entrant> Of(ReportGroup group, bool diagnosed, IReadOnlyList<string>? wanted)
    {
        Entrant untrained = Make(EvaluationStage.Untrained, null, "untrained", "untrained", Own);
        Entrant before = Make(EvaluationStage.Before, null, "before", "before", Own);
        List<Entrant> entrants = [untrained, before];
        foreach (var alike in UndoLabels.Of(group).GroupBy(undo => undo.Control))
        {
            // Undos whose controls would be the same training share one, an undo's own first.
            (string Name, string Label, string Control)[] shown = [.. alike.Where(undo => wanted?.Contains(undo.Name) != false)];
            if (shown.Length == 0)
                continue;
            string name = alike.Key == "control" ? alike.Key : $"control {shown[0].Name}";
            Entrant Control(string first) => Make(
                EvaluationStage.Control, null, name, alike.Key, run => OfUndos(run, alike.Select(undo => undo.Name).OrderByDescending(undo => undo == first))) with { Before = before };
            entrants.Add(Control(shown[0].Name));
            entrants.AddRange(shown.Select(undo => Make(EvaluationStage.Umm, undo.Name, $"UMM {undo.Name}", undo.Label, run => OfUndos(run, [undo.Name])) with
            {
                Control = Control(undo.Name), Before = before,
            }));
        }

        return entrants;

        IEnumerable<EvaluationRecord> Own(ReportRun run) => [.. diagnosed ? run.EvaluationsWith(null) : run.Evaluations, .. run.Protocols];

        static IEnumerable<EvaluationRecord> OfUndos(ReportRun run, IEnumerable<string> names) =>
            names.SelectMany(name => run.Undos.Where(undo => undo.Name == name)).SelectMany(undo => undo.Evaluations.Concat(undo.Protocols));

        Entrant Make(EvaluationStage stage, string? undo, string name, string label, Func<ReportRun, IEnumerable<EvaluationRecord>> records) => ResultTable.Make(
            stage, undo, group.Title, group.Letter + name, label, group.Runs.Select(run => (run.Manifest.Seed, run.Manifest.Data.Fingerprint, records(run))));
    }

    /// <summary>Records of kept checkpoints belong to no state that is compared.</summary>
    private static Entrant Make(
        EvaluationStage stage,
        string? undo,
        string group,
        string name,
        string label,
        IEnumerable<(ulong Seed, string Fingerprint, IEnumerable<EvaluationRecord> Records)> runs) => new(name, label, group, stage, undo,
    [
        .. runs.Select(run => SeedResults.Of(run.Seed, run.Fingerprint, [.. run.Records.Where(record => record.Stage == stage && record.Epoch is null)])),
    ]);

    private static IReadOnlyList<ResultKey> Sorted(ResultKey[] keys)
    {
        List<string> layers = [.. LayerOrder.Sort(keys.Select(key => key.Layer))], probes = [.. Probes];
        Dictionary<(string?, string?), int> Order(Func<ResultKey, (string?, string?)> part) => keys.Select(part).Distinct().Index().ToDictionary(one => one.Item, one => one.Index);
        var protocols = Order(key => (key.Protocol, key.Target));
        var variants = Order(key => (key.Variant, null));
        var measures = Order(key => (key.Measure, null));
        return
        [
            .. keys.Where(key => layers.Contains(key.Layer))
                .OrderBy(key => key.Measure is not null)
                .ThenBy(key => key.Measure is null ? probes.IndexOf(key.Protocol) : protocols[(key.Protocol, key.Target)])
                .ThenBy(key => key.Quick)
                .ThenBy(key => variants[(key.Variant, null)])
                .ThenBy(key => key.LabelShare)
                .ThenBy(key => measures[(key.Measure, null)])
                .ThenBy(key => layers.IndexOf(key.Layer)),
        ];
    }
}
