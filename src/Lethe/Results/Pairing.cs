using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Results;

/// <summary>
/// The rules by which two numbers may be subtracted, for every table and sentence: runs are paired by seed, and both sides must have been
/// measured in the same way, on the same images.
/// </summary>
internal static class Pairing
{
    /// <summary>Takes a baseline off an entrant: the difference, or why it is refused; null where one of them was not measured.</summary>
    public static PairedResult? Less(this Entrant entrant, Entrant? baseline, ResultKey key)
    {
        IReadOnlyList<EvaluationRecord> second = entrant.Of(key), first = baseline?.Of(key) ?? [];
        if (second.Count == 0 || first.Count == 0)
            return null;
        (SeedResults Run, SeedResults Base, EvaluationRecord To, EvaluationRecord From)[] pairs =
        [
            .. from run in entrant.Seeds
               from other in baseline!.Seeds
               where run.Seed == other.Seed && run.Records.ContainsKey(key) && other.Records.ContainsKey(key)
               select (run, other, run.Records[key], other.Records[key]),
        ];
        ulong[] twice = [.. pairs.GroupBy(pair => pair.Run.Seed).Where(same => same.Count() > 1).Select(same => same.Key)];
        string? why = pairs.Length == 0 ? "they have no seed in common"
            : twice.Length > 0 ? $"several runs have the seed {twice[0]}"
            : !MeasuredHow.Alike([.. second, .. first]) ? "they were measured with different settings"
            : pairs.Select(pair => Unlike(pair.Run, pair.To, pair.Base, pair.From)).FirstOrDefault(reason => reason is not null);
        var result = new PairedResult(key, entrant.Name, baseline!.Name) { Refusal = why };
        if (why is not null)
            return result;
        double[] from = [.. pairs.Select(pair => pair.From.Value)], to = [.. pairs.Select(pair => pair.To.Value)];
        double middle = (from.Average() + to.Average()) / 2;
        MeanError? images = ImageHits.OfDifference([.. pairs.Select(pair => pair.From)], [.. pairs.Select(pair => pair.To)]);
        MeanError? sampling = key.IsAccuracy && pairs[0].To.TestCount is { } count
            ? MeanError.OfTwoAccuracies(middle, count, pairs.Length) : null;
        return result with
        {
            From = SeedMean.Of(from),
            To = SeedMean.Of(to),
            Difference = PairedDifference.Of(from, to, images, sampling).Within(MeasureRange.Of(key.Measure).OfDifference),
        };
    }

    /// <summary>One sentence for each mean that is shown nowhere, since the runs were not measured alike.</summary>
    public static IEnumerable<string> MeansLeftOut(IEnumerable<Entrant> entrants, IEnumerable<ResultKey> keys) => PairedResult.LeftOut(
        from key in keys
        from entrant in entrants
        where !MeasuredHow.Alike(entrant.Of(key))
        select (key, $"The mean of {entrant.Name}", "its runs were measured with different settings"));

    // The division into parts is drawn from the seed, so images are compared within pairs.
    private static string? Unlike(SeedResults run, EvaluationRecord record, SeedResults baseRun, EvaluationRecord of)
    {
        static string Number(int? count) => count is { } known ? $"{known}" : "an unknown number";
        string images = record.Fingerprint ?? run.Fingerprint, others = of.Fingerprint ?? baseRun.Fingerprint;
        if (images != others)
            return $"the images differ (fingerprints {images} and {others} at seed {run.Seed}; training images count)";
        if (record.ProbeCount != of.ProbeCount || record.TestCount != of.TestCount)
        {
            return $"numbers of images differ (fitted on {Number(record.ProbeCount)} and {Number(of.ProbeCount)}, "
                + $"measured on {Number(record.TestCount)} and {Number(of.TestCount)} at seed {run.Seed})";
        }

        if (record.TestImages is { } seen && of.TestImages is { } other && seen != other)
            return $"the test images differ (fingerprints {seen} and {other} at seed {run.Seed})";
        return record.Seed != of.Seed ? $"the seeds of their evaluations differ ({record.Seed} and {of.Seed})" : null;
    }
}
