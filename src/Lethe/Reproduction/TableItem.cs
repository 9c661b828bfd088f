using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation.Protocols;
using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>A table of the paper: protocols on the states of the encoder, of every method.</summary>
internal sealed class TableItem : Item
{
    private const double Counts = 0.01;

    // What is judged. More numbers of a protocol, as of single corruptions, are in evaluation.json and not on the page.
    private static readonly string[] measures =
        [ProtocolMeasure.Accuracy, ProtocolMeasure.MutualInformation, ProtocolMeasure.RandIndex, ProtocolMeasure.CorruptionAccuracy];

    private readonly string name;
    private readonly string title;
    private readonly string task;
    private readonly Func<Setting, IEnumerable<ProtocolNeed>> protocols;

    private TableItem(string name, string title, string task, Func<Setting, IEnumerable<ProtocolNeed>> protocols) =>
        (this.name, this.title, this.task, this.protocols) = (name, title, task, protocols);

    public static TableItem Unsupervised { get; } = new(
        "table-unsupervised", "Without labels in training: linear, kNN, clustering",
        "frozen features are read by a linear classifier, by nearest neighbours and by clusters",
        setting => Named(setting, LinearProtocol.Entry, KnnProtocol.Entry, ClusteringProtocol.Entry));

    public static TableItem Semi { get; } = new(
        "table-semi", "With few labels", "few of the training images have labels, for a linear classifier or to fine-tune",
        setting => Named(setting, SemiProtocol.Entry));

    public static TableItem Transfer { get; } = new(
        "table-transfer", "On other images", "the encoder is used on another data set",
        setting =>
            [new ProtocolNeed(TransferProtocol.Entry.Name, setting.Preset.Quick, setting.Options.Target, setting.Options.DataRoot)]);

    public static TableItem Shift { get; } = new(
        "table-ood", "Under shifts of distribution", "test images are corrupted, or of a domain that was not there in training",
        setting =>
        [
            .. Named(setting, RobustnessProtocol.Entry),
            .. setting.Options.Domains is { } folder
                ? (ProtocolNeed[])[new(DomainsProtocol.Entry.Name, setting.Preset.Quick, DomainFolders.Prefix + folder)] : [],
        ]);

    public override string Name => name;

    public override string Title => title;

    public override string Claim => $"After UMM an encoder of any method is better where {task}.";

    public override string Rule => "In each method, for each row of the table: after UMM the number of the last layer is higher than after "
        + "the control of as many steps.";

    public override IEnumerable<RunNeed> Needs(Setting setting) => setting.Runs().Select(options => new RunNeed(options)
    {
        Undos = [setting.Undo], Protocols = [.. protocols(setting)],
    });

    public override ItemReading Read(Setting setting, IReadOnlyList<ReportGroup> groups)
    {
        string[] names = [.. protocols(setting).Select(need => need.Name)];
        (ReportGroup Group, ResultTable Table)[] found =
        [
            .. groups.Select(group => (group, ResultTable.Of([group], diagnosed: false, [Setting.NameOf(setting.Undo)]).Only(
                key => names.Contains(key.Protocol) && measures.Contains(key.Measure) && key.Layer == Setting.Last
                    && key.Quick == setting.Preset.Quick))),
        ];
        Compared[] compared =
        [
            .. from one in found
               let umm = After(one.Table, setting.Undo)
               from key in one.Table.Keys
               select new Compared($"{NameOf(one.Group)}, {key.Name}", umm?.Less(umm.Control, key), Counts, Unit.Points),
        ];
        return new ItemReading(
        [
            .. Judgement.Of(compared),
            .. from one in found
               where one.Table.Keys.Count == 0
               select new Judgement(NameOf(one.Group), Outcome.NotRun, "these protocols cannot be run on these images"),
        ])
        {
            Grids = [StateTable.Of($"{Setting.Last} before and after", setting, [.. found.Select(one => (NameOf(one.Group), one.Table))])],
            Notes = this == Shift && setting.Options.Domains is null
                ? ["Other domains were left out: give --domains with a folder."] : [],
        };
    }

    private static IEnumerable<ProtocolNeed> Named(Setting setting, params ProtocolEntry[] entries) =>
        entries.Select(entry => new ProtocolNeed(entry.Name, setting.Preset.Quick));
}
