using Lethe.Diagnostics;

namespace Lethe.Results;

/// <summary>
/// Whether something simpler does what UMM does, in one sentence for each accuracy of the last layer. A gain is the difference that the
/// table of undos shows: over the control with equal steps, or over the encoder before where there is none. Rivals are held against the
/// best row of UMM by differences of their own, tested together.
/// </summary>
internal static class Rivalry
{
    /// <summary>The sentences; none where no rival, or nothing of one, was measured beside UMM.</summary>
    /// <param name="rows">The rows of the table.</param>
    /// <param name="differences">The differences that it shows, tested together.</param>
    /// <param name="layer">Its layer.</param>
    /// <param name="isRival">Whether an undo of that name is a rival.</param>
    public static IReadOnlyList<string> Sentences(
        IReadOnlyList<Entrant> rows, IReadOnlyList<PairedResult> differences, string layer, Func<string, bool> isRival)
    {
        Entrant[] undos = [.. rows.Where(row => row.Undo is not null)];
        (string Measure, Entrant Best, PairedResult Gain)[] best =
        [
            .. from measure in new[] { Measure.LinearAccuracy, Measure.KnnAccuracy }
               let gains = undos.Where(row => !isRival(row.Undo!)).Select(row => (measure, row, Gain: Gain(differences, row, measure)))
                   .Where(one => one.Gain is not null).ToArray()
               where gains.Length > 0
               select gains.MaxBy(one => one.Gain!.Difference!.Mean) into one
               select (one.measure, one.row, one.Gain!),
        ];
        Entrant[] rivals = [.. undos.Where(row => isRival(row.Undo!))];
        IReadOnlyList<PairedResult> behind = PairedResult.Together(
            from one in best
            from rival in rivals
            let less = one.Best.Less(rival, ResultKey.Probe(one.Measure, layer))
            where less?.Difference is not null && Gain(differences, rival, one.Measure) is not null
            select less);
        return
        [
            .. from one in best
               let held = behind.Where(less => less.Key.Measure == one.Measure).ToArray()
               where held.Length > 0
               let against = held.Select(less => Held(differences, rivals.First(row => row.Name == less.Baseline), less))
               select Sentence(one.Best, one.Gain, [.. against]),
        ];
    }

    private static (string Label, PairedResult Gain, PairedResult Behind) Held(
        IReadOnlyList<PairedResult> differences, Entrant rival, PairedResult behind) =>
        (rival.Label, Gain(differences, rival, behind.Key.Measure)!, behind);

    private static string Sentence(Entrant umm, PairedResult gain, (string Label, PairedResult Gain, PairedResult Behind)[] rivals)
    {
        string name = umm.Label == UndoLabels.Reference ? umm.Label : $"UMM ({umm.Label})";
        string measured = $"{Wording.Probe(gain.Key.Measure)} accuracy of {gain.Key.Layer}";
        if (!IsGain(gain))
        {
            string clear = gain.Difference!.IsClear ? "clearly a loss" : gain.NotClear;
            return $"{measured}: the gain of {name}, {Points(gain)} points, is {clear}: there is nothing for a rival to do as well.";
        }


        // A rival that is not clearly worse does what UMM does where it clearly does something itself.
        var worse = rivals.Where(one => IsGain(one.Behind)).ToArray();
        var same = rivals.Except(worse).Where(one => IsGain(one.Gain)).ToArray();
        var open = rivals.Except(worse).Except(same).ToArray();
        string undecided = open.Length == 0 ? "" : " Too close to tell: "
            + $"{Wording.List([.. open.Select(one => $"{one.Label} ({Points(one.Gain)}; its lag is {one.Behind.NotClear})")])}.";
        if (same.Length > 0)
        {
            string lag = same.Select(one => one.Behind.Difference!.VisibleFrom).Max() is { } visible
                ? $" A lag of {Wording.Size(gain.Key, visible)} could have been seen." : "";
            return $"{measured}: {Wording.List([.. same.Select(one => $"{one.Label} alone gives {Points(one.Gain)}")])} points ({name} "
                + $"{Points(gain)}): what UMM does here, {(same.Length == 1 ? same[0].Label : "each of them")} does.{lag}{undecided}";
        }

        return $"{measured}: {name} gains {Points(gain)} points" + (worse.Length == 0 ? "" : ", clearly more than "
            + Wording.List([.. worse.Select(one => $"{one.Label} ({Points(one.Gain)})")])) + $".{undecided}";
    }

    private static PairedResult? Gain(IReadOnlyList<PairedResult> differences, Entrant row, string measure) =>
        new[] { row.Control, row.Before }.Select(baseline => differences.FirstOrDefault(
            one => one.Entrant == row.Name && one.Baseline == baseline?.Name && one.Key.Measure == measure && one.Difference is not null))
        .FirstOrDefault(one => one is not null);

    private static bool IsGain(PairedResult result) => result.Difference is { IsClear: true, Mean: > 0 };

    private static string Points(PairedResult result) => Wording.Points(result.Difference!.Mean);
}
