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

    /// <summary>The smallest effect that would have been seen with 80 % power; null where it is not known.</summary>
    public double? Smallest { get; init; }

    /// <summary>Its unit.</summary>
    public Unit Unit { get; init; } = Unit.Points;

    /// <summary>
    /// Judges that a difference is as claimed: it holds where it is clear and has the claimed sign; it fails where it is clear and has the
    /// other sign, or where the interval leaves out every effect that counts.
    /// </summary>
    /// <param name="name">Of what.</param>
    /// <param name="result">The difference, as <see cref="Pairing"/> allows it; null where a side was not measured.</param>
    /// <param name="counts">The smallest effect that counts, in the unit of the numbers.</param>
    /// <param name="unit">How it is written.</param>
    /// <param name="sign">1 where it is claimed to rise, −1 where it is claimed to fall.</param>
    public static Judgement Of(string name, PairedResult? result, double counts, Unit unit, int sign = 1)
    {
        if (result is null)
            return new Judgement(name, Outcome.NotRun, "not measured");
        if (result.Difference is not { } difference)
            return new Judgement(name, Outcome.NotRun, result.Refusal!);
        double effect = sign * difference.Mean;
        if (difference.Resolution is not { } reach)
        {
            return new Judgement(name, Outcome.Underpowered, "one run and no error of its own: nothing to tell it from chance by")
            {
                Effect = effect, Unit = unit,
            };
        }

        Outcome outcome = difference.IsClear ? effect > 0 ? Outcome.Holds : Outcome.Fails
            : effect + reach < counts ? Outcome.Fails
            : Outcome.Underpowered;
        string why = outcome switch
        {
            Outcome.Holds => "clear, and as claimed",
            Outcome.Fails when difference.IsClear => "clear, and contrary to the claim",
            Outcome.Fails => $"an effect of {unit.Size(counts)} is excluded",
            _ => $"an effect of {unit.Size(counts)} could have been there unseen",
        };
        return new Judgement(name, outcome, why)
        {
            Effect = effect, Low = effect - reach, High = effect + reach, Smallest = difference.SmallestVisible(), Unit = unit,
        };
    }

    /// <summary>What became of a claim about every case: it holds where it holds in each, and fails where it fails in one.</summary>
    public static Outcome Together(IReadOnlyList<Judgement> cases) =>
        cases.All(one => one.Outcome == Outcome.NotRun) ? Outcome.NotRun
        : cases.Any(one => one.Outcome == Outcome.Fails) ? Outcome.Fails
        : cases.All(one => one.Outcome == Outcome.Holds) ? Outcome.Holds
        : Outcome.Underpowered;

    /// <summary>The verdict in words, with the cases of each kind.</summary>
    public static string Words(IReadOnlyList<Judgement> cases)
    {
        Outcome all = Together(cases);
        string detail = string.Join("; ", cases.GroupBy(one => one.Outcome).OrderBy(same => same.Key)
            .Select(same => $"{Name(same.Key)} in {same.Count()} of {cases.Count}"));
        return all is Outcome.NotRun || cases.All(one => one.Outcome == all) ? Name(all) : $"{Name(all)} ({detail})";
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
            (new("could have seen"), one => new(one.Smallest is { } smallest ? one.Unit.Size(smallest) : GridCell.Nothing)),
            (new("by the rule"), one => new(Name(one.Outcome))),
            (new("because"), one => new(one.Why)),
        ]);
}
