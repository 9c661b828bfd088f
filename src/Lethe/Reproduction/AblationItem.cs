using Lethe.Models;
using Lethe.Results;
using Lethe.Umm;

namespace Lethe.Reproduction;

/// <summary>What each term of UMM does, and where the encoder is split.</summary>
internal sealed class AblationItem : Item
{
    private const double Counts = 0.01;

    public override string Name => "figure5";

    public override string Title => "What each term of UMM does";

    public override string Claim => "Both terms are needed: without the alignment (β = 0) or without ΔR (α = 0) UMM gains less. How they "
        + "are weighed, and after which layer the encoder is split, matters little within a wide range.";

    public override string Rule => "In each method, for each accuracy of the last layer on images never trained on: UMM ends above UMM "
        + "without the alignment, and above UMM without ΔR. The splits are shown and not judged.";

    public override IEnumerable<RunNeed> Needs(Setting setting) =>
        setting.Runs().Select(options => new RunNeed(options) { Undos = Undos(setting) });

    public override ItemReading Read(Setting setting, IReadOnlyList<ReportGroup> groups)
    {
        string[] names = [.. Undos(setting).Select(Setting.NameOf)];
        (string Term, UmmOptions Without)[] terms = [("the alignment", WithoutAlignment(setting)), ("ΔR", WithoutReduction(setting))];
        var found = groups.Select(group => (Group: group, Table: ResultTable.Of([group], diagnosed: false, names))).ToArray();
        return new ItemReading(Judgement.Of(
        [
            .. from one in found
               let umm = After(one.Table, setting.Undo)
               from term in terms
               from measure in setting.Accuracies
               select new Compared(
                   $"{NameOf(one.Group)}, {Wording.Probe(measure)}: UMM less UMM without {term.Term}",
                   umm?.Less(After(one.Table, term.Without), ResultKey.Probe(measure, Setting.Last)), Counts, Unit.Points),
        ]))
        {
            Grids = [.. found.Select(one => UndoTable.Of($"{NameOf(one.Group)}: every state", one.Table, setting.Accuracies))],
        };
    }

    private static UmmOptions WithoutAlignment(Setting setting) => setting.Undo with { Beta = 0, Control = false };

    private static UmmOptions WithoutReduction(Setting setting) => setting.Undo with { Alpha = 0, Control = false };

    // A term does not reach the control, so those without one share it; where the split is another, so is the control.
    private static UmmOptions[] Undos(Setting setting) =>
    [
        setting.Undo, WithoutAlignment(setting), WithoutReduction(setting),
        .. ResNet.SplitNames.Where(split => split != setting.Undo.Split).Select(split => setting.Undo with { Split = split }),
    ];
}
