using Lethe.Diagnostics;

namespace Lethe.Results;

/// <summary>
/// Whether something simpler does what UMM does, in one sentence for each accuracy of the last layer. Everything is a paired difference
/// (<see cref="Pairing"/>): a gain is over the control with equal steps, or over the encoder before where there is none.
/// </summary>
internal static class Rivalry
{
    /// <summary>The sentences; none where no rival, or nothing of one, was measured beside UMM.</summary>
    /// <param name="rows">The rows of a table of undos.</param>
    /// <param name="isRival">Whether an undo of that name is a rival.</param>
    /// <param name="layer">The layer of the table.</param>
    public static IReadOnlyList<string> Sentences(IReadOnlyList<Entrant> rows, Func<string, bool> isRival, string layer)
    {
        Entrant[] undos = [.. rows.Where(row => row.Undo is not null)];
        Entrant[] rivals = [.. undos.Where(row => isRival(row.Undo!))], mechanisms = [.. undos.Except(rivals)];
        return
        [
            .. from measure in new[] { Measure.LinearAccuracy, Measure.KnnAccuracy }
               let sentence = Sentence(mechanisms, rivals, ResultKey.Probe(measure, layer))
               where sentence is not null
               select sentence,
        ];
    }

    private static string? Sentence(Entrant[] mechanisms, Entrant[] rivals, ResultKey key)
    {
        (Entrant Row, PairedDifference Gain)[] Gains(Entrant[] rows) =>
        [
            .. from row in rows
               let gain = Gain(row, key)
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
            return $"{measured}: {name} has no clear gain ({Points(best)} points), so there is nothing that a rival could do as well.";

        // A rival that is not clearly worse does what UMM does where it clearly does something itself.
        var against = held.Select(one => (one.Row, one.Gain, Behind: umm.Less(one.Row, key)?.Difference))
            .Where(one => one.Behind is not null).Select(one => (one.Row, one.Gain, IsWorse: IsGain(one.Behind!))).ToArray();
        if (against.Length == 0)
            return null;
        string[] equal = [.. from one in against where !one.IsWorse && IsGain(one.Gain) select $"{one.Row.Label} alone gives {Points(one.Gain)}"];
        string[] open = [.. from one in against where !one.IsWorse && !IsGain(one.Gain) select $"{one.Row.Label} ({Points(one.Gain)})"];
        string undecided = open.Length == 0 ? "" : $" Too close to tell: {Wording.List(open)}.";
        if (equal.Length > 0)
            return $"{measured}: {Wording.List(equal)} points ({name} {Points(best)}): what UMM does here, that does.{undecided}";
        string[] worse = [.. from one in against where one.IsWorse select $"{one.Row.Label} ({Points(one.Gain)})"];
        return worse.Length == 0
            ? $"{measured}: {name} gains {Points(best)} points.{undecided}"
            : $"{measured}: {name} gains {Points(best)} points, clearly more than {Wording.List(worse)}.{undecided}";
    }

    private static PairedDifference? Gain(Entrant row, ResultKey key) => (row.Less(row.Control, key) ?? row.Less(row.Before, key))?.Difference;

    private static bool IsGain(PairedDifference difference) => difference is { IsClear: true, Mean: > 0 };

    private static string Points(PairedDifference difference) => Wording.Points(difference.Mean);
}
