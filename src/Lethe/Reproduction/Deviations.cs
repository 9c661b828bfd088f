using Lethe.Runs;

namespace Lethe.Reproduction;

/// <summary>
/// In what a setting departs from the paper's, as far as that is known: from the preset full by the conventions of the authors' public code
/// (<see cref="Setting.Reference"/>). Found by comparing options, so that none can be forgotten.
/// </summary>
internal static class Deviations
{
    // Where something lies, and what a run is one of several in.
    private static readonly string[] beside = ["--data-root", "--cache", "--seed", "--method", "--keep-checkpoints", "--max-bad-files"];

    /// <summary>What differs, as flags with both values; what is left open in the reference is no deviation.</summary>
    /// <param name="setting">The setting.</param>
    /// <param name="runs">The runs of an item, at least one.</param>
    /// <param name="done">What the manifests of those that are done say, whose options leave nothing open.</param>
    public static IReadOnlyList<Deviation> Of(Setting setting, IReadOnlyList<PlannedRun> runs, IReadOnlyList<RunManifest> done)
    {
        Setting reference = Setting.Reference;
        RunOptions here = done.Count > 0 ? done[0].Pretraining : runs[0].Options, there = reference.Run(here.Method, here.Seed);
        string[] methods = [.. runs.Select(run => run.Options.Method).Distinct()];
        ulong[] seeds = [.. runs.Select(run => run.Options.Seed).Distinct()];
        return
        [
            .. Differ("methods", $"{methods.Length}", $"{reference.Preset.Methods.Count}"),
            .. Differ("seeds", $"{seeds.Length}", $"{reference.Seeds.Count}"),
            .. RunCommands.Records(Resolved(here)).Zip(RunCommands.Records(Resolved(there)))
                .SelectMany(pair => Differ(pair.First, pair.Second)),
            .. runs.Any(run => run.Undos.Count > 0) ? Differ(setting.Undo, reference.Undo) : [],
            .. runs.Any(run => run.Protocols.Any(protocol => protocol.Quick)) ? Differ("--quick", "true", "false") : [],
        ];
    }

    // What is left to the defaults is as much a deviation as what was given.
    private static RunOptions Resolved(RunOptions options) => options with
    {
        Training = options.Training with
        {
            LearningRate = options.Training.PeakLearningRate(), EvaluateEvery = options.Training.EvaluationInterval(),
        },
    };

    private static IEnumerable<Deviation> Differ(object here, object there)
    {
        Dictionary<string, string> own = RunCommands.Values(here).ToDictionary();
        return from one in RunCommands.Values(there)
               where !beside.Contains(one.Flag) && one.Value is not ("" or "0")
               from deviation in Differ(one.Flag, own.GetValueOrDefault(one.Flag, ""), one.Value)
               select deviation;
    }

    private static IEnumerable<Deviation> Differ(string option, string here, string there) =>
        here == there || (there.Length > 0 && here is "") ? [] : [new Deviation(option, here, there)];
}
