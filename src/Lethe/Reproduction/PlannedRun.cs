using System.IO.Hashing;
using System.Text;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Training;
using Lethe.Umm;

namespace Lethe.Reproduction;

/// <summary>A pre-training with all that any item needs of it.</summary>
/// <param name="Options">Its options.</param>
/// <param name="Undos">Its undos, the first of them UMM as it is; protocols measure this one alone.</param>
/// <param name="Protocols">Protocols on its states.</param>
/// <param name="Items">The items that need it, by name.</param>
internal sealed record PlannedRun(
    RunOptions Options, IReadOnlyList<UmmOptions> Undos, IReadOnlyList<ProtocolNeed> Protocols, IReadOnlyList<string> Items)
{
    /// <summary>
    /// The name of its folder, which is made of what it is, so that items, presets and protocols which need the same run find it: in words,
    /// and by a checksum of all options.
    /// </summary>
    public string Name => NameOf(Options);

    /// <summary>Name of the folder of a pre-training.</summary>
    public static string NameOf(RunOptions options)
    {
        TrainingOptions training = options.Training;
        string source = Path.GetFileName(Path.TrimEndingDirectorySeparator(options.Data.Data));
        source = string.Concat(source.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '-'));

        // Where the files lie does not decide a run.
        RunOptions asked = options with { Data = options.Data with { DataRoot = null, Cache = null } };
        string checksum = XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(RunFiles.ToJson(asked).ToJsonString())).ToString("x32", null)[..8];
        return Invariant($"{options.Method}-{source}-{options.Backbone.Backbone}w{options.Backbone.FirstChannels()}")
            + Invariant($"-{training.EpochCount()}epochs-{training.Schedule}-seed{options.Seed}-{checksum}");
    }

    /// <summary>The folder below the page's.</summary>
    public string Folder(string root) => Path.Combine(root, "runs", Name);

    /// <summary>Whether all of it is there, so that not even the images have to be read.</summary>
    public bool IsDone(string root)
    {
        string path = Folder(root);
        if (!RunDirectory.HoldsRun(path) || RunDirectory.Open(path) is not { } run || !Ended(run))
            return false;
        return run.LoadEvaluation().Any(record => record.Protocol == EvaluationRecord.Probes && record.Stage == EvaluationStage.Before)
            && Undos.All(undo => IsDone(run, undo)) && Protocols.All(protocol => IsDone(run, protocol));
    }

    /// <summary>Whether a protocol has measured every state that it is to.</summary>
    public bool IsDone(RunDirectory run, ProtocolNeed protocol)
    {
        RunDirectory[] states = [run, .. Undos.Take(1).Select(first => Of(run, first)).OfType<RunDirectory>()];
        return states.Length == 1 + Math.Min(1, Undos.Count) && states.All(state => state.LoadEvaluation().Any(protocol.Found));
    }

    /// <summary>The undo of some options; null where it has not begun.</summary>
    public static RunDirectory? Of(RunDirectory run, UmmOptions undo) =>
        run.UndoPath(Setting.NameOf(undo)) is var path && RunDirectory.HoldsRun(path) ? RunDirectory.Open(path) : null;

    private static bool IsDone(RunDirectory run, UmmOptions options) =>
        Of(run, options) is { } undo && Ended(undo) && undo.LoadEvaluation().Count > 0
            && (!options.Own().Control || (undo.Control is { } control && Ended(control) && control.LoadEvaluation().Count > 0));

    private static bool Ended(RunDirectory run) => run.LoadManifest().Status == RunStatus.Done;
}
