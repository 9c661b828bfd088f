using Lethe.Runs;

namespace Lethe.Results;

/// <summary>How often images were measured that nothing may be chosen by, in a sentence.</summary>
internal static class LookCount
{
    /// <summary>One sentence for some runs; none where nothing was written down.</summary>
    public static IEnumerable<string> Sentences(IEnumerable<ReportRun> runs)
    {
        RunManifest[] manifests = [.. runs.Select(run => run.Manifest)];
        if (manifests.All(manifest => manifest.Looks.Count == 0))
            return [];
        int[] tests = Counts(Look.Test), sealedLooks = Counts(Look.Sealed);
        string dates = string.Join(", ", manifests.SelectMany(manifest => manifest.Looks).Where(look => look.Part == Look.Sealed)
            .Select(look => Invariant($"{look.Utc:yyyy-MM-dd}")).Distinct().Order(StringComparer.Ordinal));
        return
        [
            $"Looks{(manifests.Length == 1 ? "" : " at those of each run")}: test images {Times(tests)}, sealed images "
            + $"{Times(sealedLooks)}{(dates.Length == 0 ? "" : $" ({dates})")}. What was chosen by images looks better on them than it is.",
        ];

        int[] Counts(string part) => [.. manifests.Select(manifest => manifest.Looks.Count(look => look.Part == part)).Distinct().Order()];
    }

    private static string Times(int[] counts) => counts switch
    {
        [0] => "never",
        [1] => "once",
        [2] => "twice",
        [var only] => $"{only} times",
        [var least, .., var most] => $"{least} to {most} times",
        _ => "never",
    };
}
