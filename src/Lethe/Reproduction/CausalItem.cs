using Lethe.Evaluation.Protocols;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>The causal reading: what the last layer answers to, before and after UMM.</summary>
internal sealed class CausalItem : Item
{
    // Of a ratio of answers as of an accuracy: less is not worth a claim.
    private const double Counts = 0.01;

    private static readonly string protocol = CausalProtocol.Entry.Name;

    public override string Name => "figure3";

    public override string Title => "The causal reading";

    public override string Claim => "Memorising is to answer to factors of an image that do not matter for its class. After UMM the last "
        + "layer answers less to them, in proportion to what does matter, and relies less on a shortcut that was there in training.";

    public override string Rule => "In each method, after UMM against its control, on generated images whose factors are known: the answer "
        + "of the last layer to the irrelevant factors, over that to the relevant one, falls; and so does the accuracy that is lost where "
        + "a shortcut is turned around.";

    public override IEnumerable<RunNeed> Needs(Setting setting) => setting.Runs(Images(setting)).Select(options => new RunNeed(options)
    {
        Undos = [setting.Undo], Protocols = [new ProtocolNeed(protocol, setting.Preset.Quick)],
    });

    public override ItemReading Read(Setting setting, IReadOnlyList<ReportGroup> groups)
    {
        string undo = Setting.NameOf(setting.Undo);
        (ReportGroup Group, ResultTable Table)[] found =
        [
            .. groups.Select(group => (group, ResultTable.Of([group], diagnosed: false, [undo]).Only(
                key => key.Protocol == protocol && key.Layer == Setting.Last))),
        ];
        return new ItemReading(Judgement.Of(
        [
            .. from one in found
               from measure in new[] { ProtocolMeasure.Sensitivity, ProtocolMeasure.Drop }
               let umm = After(one.Table, setting.Undo)

               // Of the features as they are: after whitening is a row of the table.
               let key = one.Table.Keys.FirstOrDefault(key => key.Measure == measure)
               select new Compared(
                   $"{NameOf(one.Group)}, {measure}", key is null ? null : umm?.Less(umm.Control, key), Counts, Unit.Points, Sign: -1),
        ]))
        {
            Grids =
            [
                StateTable.Of(
                    "What the last layer answers to, before and after", setting, [.. found.Select(one => (NameOf(one.Group), one.Table))]),
            ],
            Notes = ["Numbers are times 100. Answers are squared distances between normalised features; R² are of ridge regression."],
        };
    }

    // Where there is time, the encoder has learned from such images itself. In the smallest preset that of the other items is read.
    private static string? Images(Setting setting) => setting.Preset.Quick ? null : DataSources.CausalName;
}
