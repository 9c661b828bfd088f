using Lethe.Runs;
using Lethe.Tests.Results;

namespace Lethe.Tests.Cli;

/// <summary>A run on disk with made-up numbers, for verbs that read and do not compute.</summary>
internal static class MadeRun
{
    /// <summary>A run with an undo that raised both accuracies by so much.</summary>
    public static RunDirectory At(string path, ulong seed = 1, double umm = 0.03)
    {
        Lethe.Results.ReportRun sample = ReportSamples.Run(seed, umm);
        RunDirectory run = Written(path, sample.Manifest, sample.Evaluations);
        RunDirectory undo = Written(
            run.UndoPath("default"),
            sample.Undos[0].Manifest,
            [.. sample.Undos[0].Evaluations.Where(record => record.Stage == EvaluationStage.Umm)]);
        Written(
            undo.ControlPath,
            sample.Undos[0].Manifest,
            [.. sample.Undos[0].Evaluations.Where(record => record.Stage == EvaluationStage.Control)]);
        return run;
    }

    private static RunDirectory Written(string path, RunManifest manifest, IReadOnlyList<EvaluationRecord> records)
    {
        RunDirectory run = RunDirectory.Create(path);
        run.SaveManifest(manifest);
        run.SaveEvaluation(records);
        return run;
    }
}
