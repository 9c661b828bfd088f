using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Diagnostics;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using Lethe.Training;
using static TorchSharp.torch;
using Names = Lethe.Diagnostics.Measure;

namespace Lethe.Workflow;

/// <summary>
/// Evaluates a run's encoder untrained, after pre-training, and after each undo and its control, and draws the pictures
/// of its report.
/// </summary>
public static class Evaluating
{
    private const int PictureQueries = 8;
    private const int PictureColumns = 8;

    // Without labels there are no images to fit probes with; neighbours are then looked for among those trained on.
    private const int MostNeighbours = 2000;

    /// <summary>Measures every state of the encoder, with all probe and test images of the run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="session">The run's session.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="RunException">A checkpoint cannot be used.</exception>
    public static void Run(
        RunDirectory run, Session session, IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default) =>
        Run(run, session, LookBook.Program, false, progress, cancellation);

    /// <summary>Measures every state of the encoder, on the test images or on the sealed ones.</summary>
    /// <param name="run">The run.</param>
    /// <param name="session">The run's session.</param>
    /// <param name="command">What was called, for the record of looks.</param>
    /// <param name="onSealed">Whether to measure the sealed images in place of those of test.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="RunException">A checkpoint cannot be used, or the run has no sealed images.</exception>
    internal static void Run(
        RunDirectory run, Session session, string command, bool onSealed, IProgress<WorkflowProgress>? progress,
        CancellationToken cancellation)
    {
        if (onSealed)
            session.RequireSealed(run);
        string where = onSealed ? " and on sealed images" : "";
        progress?.Report(StartUp.OfEvaluation(run, session, $"the probes of training, on every state of the encoder{where}").Notice());
        Measure(run, session, command, onSealed, onlyNew: false, progress, cancellation);
    }

    /// <summary>
    /// Measures the states that have not been measured yet, or whose weights have changed since; measuring all of them again would give the
    /// same numbers.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="session">The run's session.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="RunException">A checkpoint cannot be used.</exception>
    public static void Update(
        RunDirectory run, Session session, IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default) =>
        Update(run, session, LookBook.Program, progress, cancellation);

    /// <summary>The same, with what was called, for the record of looks.</summary>
    internal static void Update(
        RunDirectory run, Session session, string command, IProgress<WorkflowProgress>? progress, CancellationToken cancellation) =>
        Measure(run, session, command, onSealed: false, onlyNew: true, progress, cancellation);

    private static void Measure(
        RunDirectory run, Session session, string command, bool onSealed, bool onlyNew, IProgress<WorkflowProgress>? progress,
        CancellationToken cancellation)
    {
        using DirectoryLock held = DirectoryLock.Acquire(run.Path);
        RunDiary.Keep(run, "evaluating", progress, told => MeasureLocked(run, session, command, onSealed, onlyNew, told, cancellation));
    }

    private static void MeasureLocked(
        RunDirectory run, Session session, string command, bool onSealed, bool onlyNew, IProgress<WorkflowProgress> progress,
        CancellationToken cancellation)
    {
        using SslMethod method = session.CreateMethod();
        DataSplits data = onSealed ? session.OnSealed(run, progress, cancellation) : session.Data;
        var images = EvaluatedImages.AtTheEnd(data);
        LayerEvaluator evaluator = session.EvaluatorOf(images);
        MethodLossEvaluator losses = session.LossesOf(images);
        string? target = onSealed ? EvaluationRecord.SealedTest : null;
        string fingerprint = Fingerprint.Of(data.Test);
        var probes = new EvaluationPart(
            EvaluationRecord.Probes, "",
            (stage, _, tell) => evaluator.Measure(
                method, "the evaluation", LossCheck.OfPretraining, (done, total) => tell($", {done} of {total} views"), cancellation)
                .SelectMany(quality => Records(stage, quality, session))
                .Concat(losses.Measure(method, 0, session.Options.Training.BatchSize, cancellation).Select(
                    loss => new EvaluationRecord(stage, loss.Layer, EvaluationRecord.Probes, loss.Name, loss.Value)
                    {
                        Seed = session.Options.Seed,
                    }))
                .Select(record => record with { Target = target, TestImages = fingerprint }))
        {
            Target = target,
            Looks = new LookBook(run, onSealed ? Look.Sealed : Look.Test, command, progress),
        };
        IReadOnlyList<EvaluationRecord> found = EvaluatedState.Measure(
            EvaluatedState.Of(run, session, method), [probes], onlyNew, progress);
        if (onSealed || (File.Exists(run.NeighboursPicture) && found.All(record => record.Stage != EvaluationStage.Before)))
            return;
        run.Checkpoints.Load(method);
        Pictures(run, session, method, cancellation);
    }

    private static IEnumerable<EvaluationRecord> Records(EvaluationStage stage, LayerQuality quality, Session session)
    {
        EvaluationRecord Record(string measure, double value) => new(stage, quality.Layer, EvaluationRecord.Probes, measure, value)
        {
            Dimension = quality.HeldOut.Dimension, Seed = session.Options.Seed,
        };
        EvaluationRecord Rate(string measure, CodingRateReduction rate) => Record(measure, rate.Reduction) with
        {
            Rows = rate.Rows, Dimension = rate.Dimension, EpsilonSquared = rate.EpsilonSquared,
        };
        EvaluationRecord? Linear(string measure, LinearProbeResult? linear) => linear is null ? null : Record(measure, linear.Accuracy) with
        {
            Strength = linear.Strength, ProbeCount = linear.TrainRows, TestCount = linear.TestRows, Hits = linear.Hits,
        };
        EvaluationRecord? Knn(string measure, KnnProbeResult? knn) => knn is null ? null : Record(measure, knn.Accuracy) with
        {
            Neighbours = knn.Neighbours, Temperature = session.Options.Evaluation.KnnTemperature, ProbeCount = knn.BankRows,
            TestCount = knn.QueryRows, Hits = knn.Hits,
        };
        EvaluationRecord?[] all =
        [
            Linear(Names.LinearAccuracy, quality.Linear),
            Knn(Names.KnnAccuracy, quality.Knn),
            Linear(Names.LinearAccuracySeenBank, quality.LinearSeenBank),
            Knn(Names.KnnAccuracySeenBank, quality.KnnSeenBank),
            Rate(Names.InstanceReductionTrain, quality.Trained),
            Rate(Names.InstanceReductionHeldOut, quality.HeldOut),
            quality.Labels is { } labels ? Rate(Names.LabelReduction, labels) : null,
            Record(Names.EffectiveRank, quality.Collapse.Rank),
            Record(Names.MembershipAuc, quality.MembershipAuc),
        ];
        return all.OfType<EvaluationRecord>();
    }

    private static void Pictures(RunDirectory run, Session session, SslMethod method, CancellationToken cancellation)
    {
        Disk.MakeFolder(run.PicturesFolder);
        DataSplits data = session.Data;
        ViewAugmenter augmenter = session.Augmenter;
        int rows = Math.Min(PictureQueries / 2, data.Train.Count);
        ContactSheet.Write(
            run.ViewsPicture, ContactSheet.Views(augmenter, [.. Enumerable.Range(0, rows).Select(row => data.Train[row])]));

        using var scope = NewDisposeScope();
        ImageSet queries = data.Test.Subset("queries", Queries(data.Test));
        Tensor Features(ImageSet images) => LayerFeatures.Collect(
            method,
            EvaluationBatches.Plain(
                images, augmenter, EvaluationBatches.SizeFor(augmenter.Size), session.Machine.ThreadCount(), cancellation),
            session.Device,
            cancellation)[LayerNames.Last][0];
        ImageSet bank = data.Probe.Count > 0 ? data.Probe : data.Train.Subset(
            data.Train.Name, [.. Enumerable.Range(0, Math.Min(data.Train.Count, MostNeighbours))]);
        NearestNeighbours near = KnnProbe.Neighbours(Features(bank), Features(queries), Math.Min(PictureColumns, bank.Count));
        ContactSheet.Write(run.NeighboursPicture, [.. Enumerable.Range(0, queries.Count).Select(row => new SheetRow(
            ViewPreview.Plain(augmenter, queries[row]),
            [.. Enumerable.Range(0, near.Count).Select(column =>
            {
                int index = near.Indices[row, column];
                return new SheetCell(
                    ViewPreview.Plain(augmenter, bank[index]),
                    bank.Labels is null || queries.Labels is null ? null : bank.Labels[index] == queries.Labels[row]);
            })]))]);
    }

    /// <summary>The first test image of each class, or the first ones where there are no labels.</summary>
    private static int[] Queries(ImageSet test) => test.Labels is null
        ? [.. Enumerable.Range(0, Math.Min(PictureQueries, test.Count))]
        : [.. Enumerable.Range(0, test.Count).DistinctBy(i => test.Labels[i]).OrderBy(i => test.Labels[i]).Take(PictureQueries)];
}
