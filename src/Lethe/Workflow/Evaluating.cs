using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using static TorchSharp.torch;

namespace Lethe.Workflow;

/// <summary>
/// Evaluates a run's encoder untrained, after pre-training, and after each undo and its control, and draws the pictures
/// of its report.
/// </summary>
public static class Evaluating
{
    private const int PictureQueries = 8;
    private const int PictureColumns = 8;

    /// <summary>Measures every state of the encoder, with all probe and test images of the run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="session">The run's session.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="RunException">A checkpoint cannot be used.</exception>
    public static void Run(
        RunDirectory run, Session session, IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default) =>
        Measure(run, session, _ => true, progress, cancellation);

    /// <summary>
    /// Measures the states that have not been measured yet, or whose checkpoint has changed since; <see cref="Run"/> would give the same
    /// numbers.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="session">The run's session.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="RunException">A checkpoint cannot be used.</exception>
    public static void Update(
        RunDirectory run, Session session, IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default) =>
        Measure(run, session, part => !IsMeasured(part), progress, cancellation);

    private static void Measure(
        RunDirectory run, Session session, Predicate<RunDirectory> isDue, IProgress<WorkflowProgress>? progress,
        CancellationToken cancellation)
    {
        using DirectoryLock held = DirectoryLock.Acquire(run.Path);
        using SslMethod method = session.CreateMethod();
        bool ownIsDue = isDue(run) || !File.Exists(run.NeighboursPicture);

        // One that was ended before its first checkpoint has no state yet.
        (RunDirectory Part, EvaluationStage Stage)[] undone =
            [.. run.Undos.SelectMany(States).Where(state => state.Part.Checkpoints.HasLast && isDue(state.Part))];
        int total = undone.Length + (ownIsDue ? 2 : 0), done = 0;
        IReadOnlyList<EvaluationRecord> Evaluate(EvaluationStage stage, RunDirectory? from)
        {
            progress?.Report(new WorkflowProgress("evaluating", done++, total, stage.ToString().ToLowerInvariant()));
            string? checkpoint = null;
            if (from is not null)
            {
                from.Checkpoints.Load(method);
                checkpoint = from.Checkpoints.LastChecksum;
            }

            return
            [
                .. session.Evaluator.Measure(method, cancellation).SelectMany(quality => Records(stage, quality, session)).Select(
                    record => record with { Checkpoint = checkpoint }),
            ];
        }

        // What protocols found of it stays.
        static void Save(RunDirectory directory, IEnumerable<EvaluationRecord> records) =>
            directory.SaveEvaluation([.. records, .. directory.LoadEvaluation().Where(record => record.Measure is not null)]);

        if (ownIsDue)
        {
            Save(run, [.. Evaluate(EvaluationStage.Untrained, null), .. Evaluate(EvaluationStage.Before, run)]);
            Pictures(run, session, method, cancellation);
        }

        foreach ((RunDirectory part, EvaluationStage stage) in undone)
        {
            Save(part, Evaluate(stage, part));
        }
    }

    private static (RunDirectory Part, EvaluationStage Stage)[] States(RunDirectory undo) => undo.Control is { } control
        ? [(undo, EvaluationStage.Umm), (control, EvaluationStage.Control)]
        : [(undo, EvaluationStage.Umm)];

    private static bool IsMeasured(RunDirectory part)
    {
        EvaluationRecord[] records =
            [.. part.LoadEvaluation().Where(record => record.Measure is null && record.Stage != EvaluationStage.Untrained)];
        return records.Length > 0 && part.Checkpoints.LastChecksum is { } now && records.All(record => record.Checkpoint == now);
    }

    private static IEnumerable<EvaluationRecord> Records(EvaluationStage stage, LayerQuality quality, Session session)
    {
        if (quality.Linear is { } linear)
        {
            yield return new EvaluationRecord(stage, quality.Layer, EvaluationProtocol.Linear, linear.Accuracy)
            {
                Strength = linear.Strength, ProbeCount = linear.TrainRows, TestCount = linear.TestRows,
                Dimension = quality.HeldOut.Dimension, Seed = session.Options.Seed,
            };
        }

        if (quality.Knn is { } knn)
        {
            yield return new EvaluationRecord(stage, quality.Layer, EvaluationProtocol.Knn, knn.Accuracy)
            {
                Neighbours = knn.Neighbours, Temperature = session.Options.Evaluation.KnnTemperature, ProbeCount = knn.BankRows,
                TestCount = knn.QueryRows, Dimension = quality.HeldOut.Dimension, Seed = session.Options.Seed,
            };
        }

        foreach ((string protocol, CodingRateReduction rate) in new[]
        {
            (EvaluationProtocol.InstanceReductionTrain, quality.Trained), (EvaluationProtocol.InstanceReductionHeldOut, quality.HeldOut),
        })
        {
            yield return new EvaluationRecord(stage, quality.Layer, protocol, rate.Reduction)
            {
                Rows = rate.Rows, Dimension = rate.Dimension, EpsilonSquared = rate.EpsilonSquared, Seed = session.Options.Seed,
            };
        }

        yield return new EvaluationRecord(
            stage, quality.Layer, EvaluationProtocol.EffectiveRank,
            quality.Collapse.Rank) { Dimension = quality.HeldOut.Dimension, Seed = session.Options.Seed };
    }

    private static void Pictures(RunDirectory run, Session session, SslMethod method, CancellationToken cancellation)
    {
        Directory.CreateDirectory(run.PicturesFolder);
        DataSplits data = session.Data;
        ViewAugmenter augmenter = session.Augmenter;
        int rows = Math.Min(PictureQueries / 2, data.Train.Count);
        ContactSheet.Write(run.ViewsPicture, [.. Enumerable.Range(0, rows).Select(row => new SheetRow(
            ViewPreview.Plain(augmenter, data.Train[row]),
            [
                .. Enumerable.Range(0, PictureColumns).Select(
                    column =>
                        new SheetCell(ViewPreview.Random(augmenter, data.Train[row], (ulong)((row * PictureColumns) + column)), null)),
            ]))]);

        using var scope = NewDisposeScope();
        ImageSet queries = data.Test.Subset("queries", Queries(data.Test));
        Tensor Features(ImageSet images) => LayerFeatures.Collect(
            method,
            EvaluationBatches.Plain(images, augmenter, 256, session.Machine.ThreadCount(), cancellation),
            session.Device,
            cancellation)[LayerFeatures.Last][0];
        NearestNeighbours near = KnnProbe.Neighbours(Features(data.Probe), Features(queries), Math.Min(PictureColumns, data.Probe.Count));
        ContactSheet.Write(run.NeighboursPicture, [.. Enumerable.Range(0, queries.Count).Select(row => new SheetRow(
            ViewPreview.Plain(augmenter, queries[row]),
            [.. Enumerable.Range(0, near.Count).Select(column =>
            {
                int index = near.Indices[row, column];
                return new SheetCell(
                    ViewPreview.Plain(augmenter, data.Probe[index]),
                    data.Probe.Labels is null || queries.Labels is null ? null : data.Probe.Labels[index] == queries.Labels[row]);
            })]))]);
    }

    /// <summary>The first test image of each class, or the first ones where there are no labels.</summary>
    private static int[] Queries(ImageSet test) => test.Labels is null
        ? [.. Enumerable.Range(0, Math.Min(PictureQueries, test.Count))]
        : [.. Enumerable.Range(0, test.Count).DistinctBy(i => test.Labels[i]).OrderBy(i => test.Labels[i]).Take(PictureQueries)];
}
