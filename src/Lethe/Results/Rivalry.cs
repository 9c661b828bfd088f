using Lethe.Diagnostics;

namespace Lethe.Results;

/// <summary>
/// Whether something simpler does what UMM does, in one sentence for each accuracy of the last layer. Everything is a paired difference
/// (<see cref="Pairing"/>): a gain is over the control with equal steps, or over the encoder before where there is none.
/// </summary>
internal static class Rivalry
{
    /// <summary>The sentences; none where no rival, or nothing of one, was measured beside UMM.</summary>
    /// <param name="table">The table of undos, whose differences they quote.</param>
    /// <param name="isRival">Whether an undo of that name is a rival.</param>
    public static IReadOnlyList<string> Sentences(Ablation table, Func<string, bool> isRival)
    {
        Entrant[] undos = [.. table.Rows.Where(row => row.Undo is not null)];
        Entrant[] rivals = [.. undos.Where(row => isRival(row.Undo!))], mechanisms = [.. undos.Except(rivals)];
        return
        [
            .. from measure in new[] { Measure.LinearAccuracy, Measure.KnnAccuracy }
               let sentence = Sentence(table, mechanisms, rivals, ResultKey.Probe(measure, table.Layer))
               where sentence is not null
               select sentence,
        ];
    }

    private static string? Sentence(Ablation table, Entrant[] mechanisms, Entrant[] rivals, ResultKey key)
    {
        (Entrant Row, PairedDifference Gain)[] Gains(Entrant[] rows) =>
        [
            .. from row in rows
               let gain = table.Less(row, row.Control, key.Measure) ?? table.Less(row, row.Before, key.Measure)
               where gain is not null
               select (row, gain),
        ];
        (Entrant Row, PairedDifference Gain)[] held = Gains(rivals);
        if (held.Length == 0 || Gains(mechanisms) is not { Length: > 0 } all)
            return null;
        (Entrant umm, PairedDifference best) = all.MaxBy(one => one.Gain.Mean);
        string name = umm.Label == UndoLabels.Reference ? umm.Label : $"UMM ({umm.Label})";
        string measured = $"{Wording.Probe(key.Measure)} accuracy of {key.Layer}";
        if (!IsGain(best))
            return $"{measured}: {name} has no clear gain ({Unclear(best)}), so there is nothing that a rival could do as well.";

        // A rival that is not clearly worse does what UMM does where it clearly does something itself. The table does not have UMM less a
        // rival, so these are tested together.
        IReadOnlyList<PairedResult> behind = PairedResult.Together(held.Select(one => umm.Less(one.Row, key)));
        (Entrant Row, PairedDifference Gain, PairedDifference Behind, bool IsWorse)[] against =
        [
            .. from one in held
               let less = behind.FirstOrDefault(result => result.Baseline == one.Row.Name)?.Difference
               where less is not null
               select (one.Row, one.Gain, less, IsGain(less)),
        ];
        if (against.Length == 0)
            return null;
        var equal = against.Where(one => !one.IsWorse && IsGain(one.Gain)).ToArray();
        string[] open =
        [
            .. from one in against
               where !one.IsWorse && !IsGain(one.Gain)
               select $"{one.Row.Label} ({Points(one.Gain)}{Seen(one.Behind)})",
        ];
        string undecided = open.Length == 0 ? "" : $" Not clear: {Wording.List(open)}.";
        if (equal.Length > 0)
        {
            string alone = Wording.List([.. equal.Select(one => $"{one.Row.Label} alone gives {Points(one.Gain)}")]);
            string seen = Seen(equal.Select(one => one.Behind).MaxBy(less => less.VisibleFrom)!);
            return $"{measured}: {alone} points ({name} {Points(best)}{seen}): what UMM does here, that does.{undecided}";
        }

        string[] worse = [.. from one in against where one.IsWorse select $"{one.Row.Label} ({Points(one.Gain)})"];
        return worse.Length == 0
            ? $"{measured}: {name} gains {Points(best)} points.{undecided}"
            : $"{measured}: {name} gains {Points(best)} points, clearly more than {Wording.List(worse)}.{undecided}";

        string Unclear(PairedDifference gain) => Wording.Joined("; ", $"{Points(gain)} points", Wording.CouldHaveSeen(key, gain));

        string Seen(PairedDifference less) =>
            less.VisibleFrom is { } visible ? $"; {Wording.Size(key, visible)} between them could have been seen" : "";
    }

    private static bool IsGain(PairedDifference difference) => difference is { IsClear: true, Mean: > 0 };

    private static string Points(PairedDifference difference) => Wording.Points(difference.Mean);
}
