using System.Globalization;
using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Results;

/// <summary>Numbers and names as people read them.</summary>
internal static class Wording
{
    // A number and its unit stay on one line.
    private const char Space = '\u00A0';

    /// <summary>What bold differences are in a table with so many tests, and what the others may have missed.</summary>
    public static string Clear(int tests) =>
        $"Bold is clear: p is below 0.05 after Holm’s correction for the {Counted(tests, "test")} of this table. The interval and p "
        + "beside a difference are not corrected for the others. Visible from: a true difference of this size would have become clear in "
        + "four of five repetitions.";

    /// <summary>Seeds and images that an error was made from.</summary>
    public static string Over(MeanError error)
    {
        string seeds = error.Seeds == 1 ? "one seed" : Counted(error.Seeds, "seed");
        return error.Images == 0 ? seeds : $"{seeds} × {Counted(error.Images, "image")}";
    }

    /// <summary>How an error was made.</summary>
    public static string Made(MeanError error) => error.Origin switch
    {
        MeanErrorOrigin.SameImages when error.Seeds == 1 => $"over the images of {Over(error)}",
        MeanErrorOrigin.SameImages => $"over {Over(error)}, the same under every seed",
        MeanErrorOrigin.OtherImages => $"over {Over(error)}, others under each seed",
        MeanErrorOrigin.Seeds => $"Student’s t over {Over(error)}",
        _ => $"by the sampling error of two accuracies, {Over(error)}",
    };

    /// <summary>What a difference that is not clear could have been seen from; null where that is unknown.</summary>
    public static string? CouldHaveSeen(ResultKey key, PairedDifference difference) => difference.VisibleFrom switch
    {
        null => null,
        > 1 when key.IsFraction => "so few seeds could have seen none",
        { } visible => $"could have seen {Size(key, visible)}",
    };

    /// <summary>The size of a difference with its unit.</summary>
    public static string Size(ResultKey key, double size) => key.IsFraction
        ? $"{Fixed(100 * size, 1)}{Space}points"
        : Fixed(size, 2);

    public static string Count(double value) => value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202F');

    public static string Counted(int count, string noun) => $"{Count(count)}{Space}{noun}{(count == 1 ? "" : "s")}";

    /// <summary>What a source is called: its name, or the last part of its path.</summary>
    public static string Source(RunData data) =>
        Path.GetFileName(Path.TrimEndingDirectorySeparator(data.Source)) is { Length: > 0 } name ? name : data.Source;

    public static string Percent(double fraction) => Fixed(100 * fraction, 1) + Space + "%";

    public static string Percent(SeedMean fraction) => Plain(fraction.Times(100), 1) + Space + "%";

    /// <summary>A difference of two fractions in percentage points, with its sign.</summary>
    public static string Points(double difference) => Signed(100 * difference, 1);

    /// <summary>A number with its sign; what rounds to 0 has either.</summary>
    public static string Signed(double value, int decimals)
    {
        string number = Fixed(value, decimals);
        return number.All(c => c is '−' or '0' or '.') ? "±" + number.TrimStart('−') : number[0] == '−' ? number : "+" + number;
    }

    public static string Points(SeedMean difference) => difference.Count == 1
        ? Points(difference.Mean)
        : $"{Points(difference.Mean)}{Space}±{Space}{Fixed(100 * difference.Deviation, 1)}";

    public static string Plain(SeedMean value, int decimals) => value.Count == 1
        ? Fixed(value.Mean, decimals)
        : $"{Fixed(value.Mean, decimals)}{Space}±{Space}{Fixed(value.Deviation, decimals)}";

    /// <summary>The p of a test.</summary>
    public static string Chance(double p) => p < 0.001 ? $"p{Space}<{Space}0.001" : $"p{Space}{Fixed(p, p < 0.1 ? 3 : 2)}";

    public static string Fixed(double value, int decimals) =>
        value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).Replace('-', '−');

    /// <summary>About four digits that matter.</summary>
    public static string Short(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1e6 or < 1e-3 => value.ToString("0.###e0", CultureInfo.InvariantCulture).Replace('-', '−'),
        >= 1e3 => Count(value).Replace('-', '−'),
        _ => value.ToString("G4", CultureInfo.InvariantCulture).Replace('-', '−'),
    };

    public static string Duration(double seconds) => seconds switch
    {
        < 60 => $"{Fixed(seconds, 0)}{Space}s",
        < 3600 => $"{Count(Math.Floor(seconds / 60))}{Space}min {Fixed(Math.Floor(seconds % 60), 0)}{Space}s",
        _ => $"{Count(Math.Floor(seconds / 3600))}{Space}h {Fixed(Math.Floor(seconds % 3600 / 60), 0)}{Space}min",
    };

    public static string List(IReadOnlyList<string> parts) => parts.Count <= 1
        ? string.Concat(parts)
        : string.Join(", ", parts.Take(parts.Count - 1)) + " and " + parts[^1];

    public static string Stage(EvaluationStage stage) => stage switch
    {
        EvaluationStage.Untrained => "untrained",
        EvaluationStage.Before => "before",
        EvaluationStage.Control => "control",
        _ => "UMM",
    };

    /// <summary>The parts that there are, with something between them.</summary>
    public static string Joined(string between, params IEnumerable<string?> parts) =>
        string.Join(between, parts.Where(part => !string.IsNullOrEmpty(part)));

    /// <summary>A measure of probes.</summary>
    public static string Probe(string measure) => measure switch
    {
        Measure.LinearAccuracy => "linear",
        Measure.KnnAccuracy => "kNN",
        Measure.LinearAccuracySeenBank => "seen-bank linear",
        Measure.KnnAccuracySeenBank => "seen-bank kNN",
        Measure.InstanceReductionTrain => "ΔR trained on",
        Measure.InstanceReductionHeldOut => "ΔR unseen",
        Measure.LabelReduction => "ΔR by label",
        Measure.EffectiveRank => "effective rank",
        Measure.MembershipAuc => "membership AUC",
        Measure.LossTrain => "loss trained on",
        Measure.LossHeldOut => "loss unseen",
        _ => measure,
    };

    public static bool IsAccuracy(string measure) =>
        measure is Measure.LinearAccuracy or Measure.KnnAccuracy or Measure.LinearAccuracySeenBank or Measure.KnnAccuracySeenBank;
}
