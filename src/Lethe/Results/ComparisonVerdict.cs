using Lethe.Diagnostics;

namespace Lethe.Results;

/// <summary>What a comparison comes to: what is looked at first, and which of its differences are clear.</summary>
internal static class ComparisonVerdict
{
    private const int Named = 4, Headlines = 2;

    /// <summary>What is looked at first: accuracies of unseen images in the last layer, else what was measured first there.</summary>
    public static IReadOnlyList<ResultKey> Headline(Comparison comparison)
    {
        string? last = LayerOrder.Last(comparison.Table.Layers);
        ResultKey[] all = [.. comparison.Table.Keys.Where(key => key.Layer == last)];
        ResultKey[] accuracies =
        [
            .. all.Where(key => key is { IsProbe: true, Target: null }
                && key.Measure is Measure.KnnAccuracy or Measure.LinearAccuracy),
        ];
        if (accuracies.Length == 0)
            accuracies = [.. all.Where(key => key.IsAccuracy)];
        return [.. (accuracies.Length > 0 ? accuracies : all).Take(Headlines)];
    }

    /// <summary>How many differences are clear, in a sentence.</summary>
    public static string Of(Comparison comparison)
    {
        PairedResult[] tested = Tested(comparison);
        int clear = tested.Count(pair => pair.Difference!.IsClear);
        return tested.Length == 0 ? "No difference was tested: no two results were measured in the same way."
            : clear == 0 ? $"None of {Wording.Counted(tested.Length, "difference")} is clear."
            : $"{Wording.Count(clear)} of {Wording.Counted(tested.Length, "difference")} {(clear == 1 ? "is" : "are")} clear.";
    }

    /// <summary>Which they are, what could have been seen, who is highest, and what was not compared.</summary>
    public static IEnumerable<string> Sentences(Comparison comparison)
    {
        PairedResult[] tested = Tested(comparison), clear = [.. tested.Where(pair => pair.Difference!.IsClear)];
        IReadOnlyList<ResultKey> headline = Headline(comparison);

        // The headline first; what is clear there is what most people came for.
        PairedResult[] told = [.. clear.OrderByDescending(pair => headline.Contains(pair.Key)).Take(Named)];
        if (told.Length > 0)
        {
            IEnumerable<string> each = told.Select(pair => $"{pair.What} in {Name(comparison, pair.Key)}, {Change(pair)}");
            string rest = clear.Length > told.Length ? $"; {clear.Length - told.Length} more below" : "";
            yield return $"Clear: {string.Join("; ", each)}{rest}.";
        }

        foreach (ResultKey key in headline)
        {
            double? visible = tested.Where(pair => pair.Key == key && !pair.Difference!.IsClear).Max(pair => pair.Difference!.VisibleFrom);
            if (visible is { } size)
            {
                yield return $"A true difference of {Wording.Size(key, size)} in {Name(comparison, key)} would have become clear in four "
                    + "of five repetitions.";
            }
        }

        foreach (ResultKey key in headline.Take(1))
        {
            (Entrant Entrant, double Mean)[] reached =
            [
                .. from entrant in comparison.Table.Entrants
                   let cell = entrant[key]
                   where cell is not null
                   orderby cell.Value.Mean descending
                   select (entrant, cell.Value.Mean),
            ];
            if (reached.Length > 1)
                yield return $"Highest {Name(comparison, key)}: {reached[0].Entrant.Name}, {Number(key, reached[0].Mean)}; lowest: "
                    + $"{reached[^1].Entrant.Name}, {Number(key, reached[^1].Mean)}. To be highest is not to be clearly better.";
        }

        string[] settings = [.. comparison.Table.Entrants.Select(entrant => entrant.Group).Distinct()];
        bool apart = comparison.Pairs.All(pair => GroupOf(comparison, pair.Entrant) == GroupOf(comparison, pair.Baseline));
        if (settings.Length > 1 && apart)
        {
            yield return "Differences are within each setting only. To compare settings: --baseline "
                + $"'{comparison.Table.Entrants.First(entrant => entrant.Stage != Runs.EvaluationStage.Untrained).Name}'.";
        }
    }

    /// <summary>The settings that letters stand for, each with its seeds and states; none of one setting.</summary>
    public static IEnumerable<(string Title, string Words)> Settings(Comparison comparison) =>
        from entrant in comparison.Table.Entrants
        where entrant.Group.Length > 0
        group entrant by entrant.Group into setting
        let seeds = setting.Max(entrant => entrant.Seeds.Count)
        select (setting.Key, $"{Wording.Counted(seeds, "seed")}; {Wording.List([.. setting.Select(entrant => entrant.Name)])}");

    private static PairedResult[] Tested(Comparison comparison) =>
        [.. comparison.Pairs.Where(pair => pair.Difference?.P is not null)];

    private static string? GroupOf(Comparison comparison, string name) =>
        comparison.Table.Entrants.FirstOrDefault(entrant => entrant.Name == name)?.Group;

    private static string Name(Comparison comparison, ResultKey key)
    {
        string name = key is { IsProbe: true, IsAccuracy: true, Target: null } ? $"{Wording.Probe(key.Measure)} accuracy" : key.Name;
        return comparison.Table.Layers.Count > 1 ? $"{name} of {key.Layer}" : name;
    }

    private static string Change(PairedResult pair) => pair.Key.IsFraction
        ? $"{Wording.Signed(100 * pair.Difference!.Mean, 2)} points"
        : Wording.Signed(pair.Difference!.Mean, 2);

    private static string Number(ResultKey key, double value) => key.IsFraction ? Wording.Percent(value) : Wording.Fixed(value, 2);
}
