using Lethe.Diagnostics;
using Lethe.Results;

namespace Lethe.Reproduction;

/// <summary>
/// What became of a claim in one case, as of one method, with the numbers that decided: the page shows these and no others.
/// </summary>
/// <param name="Case">Of what, in words.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Why">What decided, in words.</param>
internal sealed record Judgement(string Case, Outcome Outcome, string Why)
{
    /// <summary>The effect, positive where it is as claimed, with the ends of its 95 % interval; null where there is none.</summary>
    public double? Effect { get; init; }

    public double? Low { get; init; }

    public double? High { get; init; }

    /// <summary>p after Holm's correction for the other cases of the item; null where there is no test.</summary>
    public double? P { get; init; }

    /// <summary>The smallest effect that would have been seen with 80 % power; null where it is not known.</summary>
    public double? Smallest { get; init; }

    /// <summary>Its unit.</summary>
    public Unit Unit { get; init; } = Unit.Points;

    /// <summary>
    /// Judges differences, which are tested together: one is as claimed where it is clear and has the claimed sign; it fails where it is
    /// clear and has the other sign, or where the interval leaves out every effect that counts.
    /// </summary>
    public static IReadOnlyList<Judgement> Of(params IReadOnlyList<Compared> compared)
    {
        var tested = new Queue<PairedResult>(PairedResult.Together(compared.Select(one => one.Result)));
        return [.. compared.Select(one => Of(one, one.Result is null ? null : tested.Dequeue()))];
    }

    /// <summary>What became of a claim about every case: it holds where it holds in each, and fails where it fails in one.</summary>
    public static Outcome Overall(IReadOnlyList<Judgement> cases) =>
        cases.All(one => one.Outcome == Outcome.NotRun) ? Outcome.NotRun
        : cases.Any(one => one.Outcome == Outcome.Fails) ? Outcome.Fails
        : cases.All(one => one.Outcome == Outcome.Holds) ? Outcome.Holds
        : Outcome.Underpowered;

    /// <summary>The verdict in words, with the cases of each kind.</summary>
    public static string Words(IReadOnlyList<Judgement> cases)
    {
        Outcome all = Overall(cases);
        string detail = string.Join("; ", cases.GroupBy(one => one.Outcome).OrderBy(same => same.Key)
            .Select(same => $"{Name(same.Key)} in {same.Count()} of {cases.Count}"));
        return cases.All(one => one.Outcome == all) ? Name(all) : $"{Name(all)} ({detail})";
    }

    /// <summary>An outcome in words.</summary>
    public static string Name(Outcome outcome) => outcome switch
    {
        Outcome.Holds => "holds",
        Outcome.Fails => "fails",
        Outcome.Underpowered => "untested: underpowered",
        _ => "untested: not run",
    };

    /// <summary>The cases as a table.</summary>
    public static Grid Table(string title, IReadOnlyList<Judgement> cases) => Grid.Of(
        title,
        1,
        cases,
        [
            (new("case"), one => new(one.Case)),
            (new("effect"), one => new(
                one.Effect is { } effect ? $"{one.Unit.Signed(effect)} {one.Unit.Name}" : GridCell.Nothing, one.Outcome == Outcome.Holds)),
            (new("95 % interval"), one => new(
                one is { Low: { } low, High: { } high } ? $"[{one.Unit.Signed(low)}, {one.Unit.Signed(high)}]" : GridCell.Nothing)),
            (new("p, Holm"), one => new(one.P is { } p ? Wording.Chance(p)[2..] : GridCell.Nothing)),
            (new("could have seen"), one => new(one.Smallest is { } smallest ? one.Unit.Size(smallest) : GridCell.Nothing)),
            (new("by the rule"), one => new(Name(one.Outcome))),
            (new("because"), one => new(one.Why)),
        ]);

    private static Judgement Of(Compared asked, PairedResult? result)
    {
        if (result is null)
            return new Judgement(asked.Case, Outcome.NotRun, "not measured");
        if (result.Difference is not { } difference)
            return new Judgement(asked.Case, Outcome.NotRun, result.Refusal!);
        double effect = asked.Sign * difference.Mean;
        if (difference is not { Low: { } low, High: { } high })
        {
            return new Judgement(asked.Case, Outcome.Underpowered, "there is nothing to tell it from chance by")
            {
                Effect = effect, Unit = asked.Unit,
            };
        }

        (double from, double to) = asked.Sign > 0 ? (low, high) : (-high, -low);
        Outcome outcome = difference.IsClear ? effect > 0 ? Outcome.Holds : Outcome.Fails
            : to < asked.Counts ? Outcome.Fails
            : Outcome.Underpowered;
        string size = asked.Unit.Size(asked.Counts);
        string why = outcome switch
        {
            Outcome.Holds => "clear, and as claimed",
            Outcome.Fails when difference.IsClear => "clear, and contrary to the claim",
            Outcome.Fails => $"an effect of {size} is excluded",
            _ => $"an effect of {size} could have been there unseen",
        };
        return new Judgement(asked.Case, outcome, why)
        {
            Effect = effect, Low = from, High = to, P = difference.PHolm ?? difference.P, Smallest = difference.VisibleFrom,
            Unit = asked.Unit,
        };
    }
}
