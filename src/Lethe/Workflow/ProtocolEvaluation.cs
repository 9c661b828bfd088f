using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Evaluation;
using Lethe.Evaluation.Protocols;
using Lethe.Interchange;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Storage;
using TorchSharp;
using static TorchSharp.torch;

namespace Lethe.Workflow;

/// <summary>Runs protocols on every state of a run's encoder, or on an encoder from a file, and keeps what they find.</summary>
public static class ProtocolEvaluation
{
    /// <summary>
    /// Runs protocols, with their own options as they are by default, on the states of a run's encoder. Each result is written to
    /// <c>evaluation.json</c> as soon as it is there; results of other protocols stay.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="session">The run's session.</param>
    /// <param name="protocols">Names of protocols with commas between, as <c>linear,knn</c>.</param>
    /// <param name="options">What the protocols share; null takes the defaults.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops soon; what was finished is kept.</param>
    /// <returns>The new records.</returns>
    /// <exception cref="LetheException">
    /// A name is unknown, or an option, a checkpoint or the images cannot be used; the images are looked at before long work starts.
    /// </exception>
    public static IReadOnlyList<EvaluationRecord> Run(
        RunDirectory run, Session session, string protocols, ProtocolRunOptions? options = null,
        IProgress<WorkflowProgress>? progress = null,
        CancellationToken cancellation = default) =>
        Run(
            run, session, ProtocolPlan.Create(protocols, options ?? new ProtocolRunOptions()), progress: progress,
            cancellation: cancellation);

    /// <summary>
    /// Runs protocols on the states of a run's encoder. Each result is written to <c>evaluation.json</c> as soon as it is there; results of
    /// other protocols stay.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="session">The run's session.</param>
    /// <param name="plan">What to run.</param>
    /// <param name="command">What was called, for the record of looks.</param>
    /// <param name="onSealed">Whether to measure the run's sealed images in place of those of test.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops soon; what was finished is kept.</param>
    /// <returns>The new records.</returns>
    /// <exception cref="LetheException">
    /// A checkpoint or the images cannot be used; the images are looked at before long work starts.
    /// </exception>
    internal static IReadOnlyList<EvaluationRecord> Run(
        RunDirectory run, Session session, ProtocolPlan plan, string command = LookBook.Program, bool onSealed = false,
        IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default)
    {
        using DirectoryLock held = DirectoryLock.Acquire(run.Path);
        if (onSealed)
            RequireOwnImages(plan);
        IReadOnlyList<EvaluationRecord> found = [];
        RunDiary.Keep(
            run, "evaluating", progress, told => found = MeasureStates(run, session, plan, command, onSealed, told, cancellation));
        return found;
    }

    private static IReadOnlyList<EvaluationRecord> MeasureStates(
        RunDirectory run, Session session, ProtocolPlan plan, string command, bool onSealed, IProgress<WorkflowProgress> progress,
        CancellationToken cancellation)
    {
        DataSplits data = onSealed ? session.OnSealed(run, progress, cancellation) : session.Data;
        using SslMethod method = session.CreateMethod();
        EvaluationPart[] parts = Parts(
            plan, data, method.Backbone, session.Machine, progress, cancellation, onSealed ? EvaluationRecord.SealedTest : null,
            new LookBook(run, onSealed ? Look.Sealed : Look.Test, command, progress));
        var store = new FeatureStore(Path.Combine(run.Path, "features"), plan.Options.FeatureMegabytes * 1_000_000L);
        IReadOnlyList<EvaluationStage> chosen = plan.Options.ChosenStages();
        EvaluatedState[] states =
        [
            .. EvaluatedState.Of(run, session, method, store, plan.Options.EveryCheckpoint, plan.Undos)
                .Where(state => chosen.Contains(state.Stage)),
        ];
        if (states.Length == 0)
            throw new RunException($"{run.Path} has no undo, so it has none of the states {plan.Options.Stages}. Run 'lethe undo "
                + $"{run.Path}' first, or choose other --stages.");
        StartUp block = StartUp.OfEvaluation(
            run, session,
            string.Join(", ", plan.Protocols.Select(one => one.Entry.Name)) + $", on {states.Length} states of the encoder");
        progress?.Report(block.Notice());
        return EvaluatedState.Measure(states, parts, onlyNew: false, progress);
    }

    /// <summary>Runs protocols on an encoder from a file, and on the same network with fresh weights.</summary>
    /// <param name="file">The file.</param>
    /// <param name="foreign">What is expected of it.</param>
    /// <param name="data">
    /// The images of its own data set: the training part for few labels, the probe part to fit probes, the test part to measure.
    /// </param>
    /// <param name="plan">What to run.</param>
    /// <param name="machine">Where to compute.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops soon.</param>
    /// <returns>The records, in the states untrained and before.</returns>
    /// <exception cref="LetheException">The file or the images cannot be used; they are looked at before long work starts.</exception>
    internal static IReadOnlyList<EvaluationRecord> Run(
        EncoderFileOptions file, ForeignOptions foreign, DataOptions data, ProtocolPlan plan, Machine machine,
        IProgress<WorkflowProgress>? progress = null, CancellationToken cancellation = default)
    {
        OptionRecord.ValidateAll([file, foreign, data, machine]);
        Device device = machine.Prepare();
        string path = file.Encoder ?? throw new InvalidOptionException("--encoder needs a file of weights.");

        // The names and shapes of the file say more quickly than the images whether it can be used.
        using ForeignEncoder found = ForeignEncoder.Read(path, foreign);
        if (data.ImageSize == 0 && found.ImageSize is { } size)
            data = data with { ImageSize = size };
        DataSplits splits = Session.Read(data, plan.Options.Seed, progress, cancellation);
        using ResNet network = found.CreateNetwork(splits.ImageSize);
        network.to(device);
        manual_seed((long)(plan.Options.Seed >> 1));
        using var fresh = new ResNet(network.Options, network.InputChannels, network.ImageSize);
        fresh.to(device);
        ChannelStatistics statistics = Normalisation.Find(
            file.Normalisation, found.Statistics, foreign: true, splits.Train, found.InputChannels).Statistics;
        if (plan.Options.EveryCheckpoint)
            throw new InvalidOptionException("--every-checkpoint belongs to a run; an encoder from a file is one checkpoint.");
        EvaluationPart[] parts = Parts(plan, splits, network, machine, progress, cancellation);
        EvaluationStage[] stages =
            [.. plan.Options.ChosenStages().Where(stage => stage is EvaluationStage.Untrained or EvaluationStage.Before)];
        if (stages.Length == 0)
            throw new InvalidOptionException(
                $"--stages {plan.Options.Stages}: an encoder from a file has the states untrained and before.");
        return EvaluatedState.Measure([.. stages.Select(State)], parts, onlyNew: false, progress);

        EvaluatedState State(EvaluationStage stage)
        {
            bool untrained = stage == EvaluationStage.Untrained;
            return new(
                stage, null, () => new EncoderState(untrained ? fresh : network, statistics, device, machine.ThreadCount(), untrained));
        }
    }

    private static void RequireOwnImages(ProtocolPlan plan)
    {
        string[] others = [.. plan.Protocols.Where(one => one.Entry.Images != ProtocolImages.Own).Select(one => one.Entry.Name)];
        if (others.Length > 0)
            throw new InvalidOptionException($"--sealed measures the run's own sealed images, and {string.Join(", ", others)} "
                + $"measure{(others.Length == 1 ? "s" : "")} others. Leave --sealed out, or give other names to --protocol.");
    }

    private static EvaluationPart[] Parts(
        ProtocolPlan plan, DataSplits own, ResNet network, Machine machine, IProgress<WorkflowProgress>? progress,
        CancellationToken cancellation, string? target = null, LookBook? looks = null) =>
    [
        .. ProtocolPart.All(plan, own, network, machine.ThreadCount(), progress, cancellation).Select(part =>
        {
            // Folds measure different images, of which there is no one list.
            string? images = part.Folds is [var only] ? Fingerprint.Of(only.Test) : null;
            string? of = part.Target ?? target;
            return new EvaluationPart(
                part.Name, part.Name + ", ",
                (stage, encoder, tell) => Measure(part, stage, encoder, plan.Options, tell, cancellation)
                    .Select(record => record with { Target = of, TestImages = images }))
            {
                Target = of,
                Looks = part.Target is null && part.Protocol is not GeneratingProtocol ? looks : null,
            };
        }),
    ];

    private static IEnumerable<EvaluationRecord> Measure(
        ProtocolPart part, EvaluationStage stage, EncoderState encoder, ProtocolRunOptions options, Action<string> tell,
        CancellationToken cancellation)
    {
        string[] settings =
        [
            options.Quick ? "Quick: few images, draws and steps, to see that it works and not for conclusions." : "",
            part.Protocol.Settings(),
            encoder.Conversion(part.Folds[0].Test),
        ];
        var told = new Forward<string>(detail => tell(": " + detail));
        IReadOnlyList<ProtocolResult> results = part.Folds is [var only]
            ? ProtocolRunner.Run(part.Protocol, encoder, only.Fitting, only.Test, options.Seed, told, cancellation)
            : ProtocolRunner.RunLeavingOut(
                part.Protocol,
                encoder,
                [.. part.Folds.Select(fold => (fold.Domain, fold.Fitting, fold.Test))],
                options.Seed,
                told,
                cancellation);
        return results.Select(result => new EvaluationRecord(stage, result.Layer, part.Name, result.Measure, result.Value)
        {
            Variant = result.Variant,
            LabelShare = result.LabelShare,
            Quick = options.Quick,
            Strength = result.Strength,
            Settings = string.Join(' ', settings.Where(text => text.Length > 0)),
            ProbeCount = result.FitCount,
            TestCount = result.TestCount,
            Seed = options.Seed,
            Low = result.Interval.Low,
            High = result.Interval.High,
            Interval = result.Interval.Kind,
            Draws = result.Draws.Count > 1 ? result.Draws : null,
            Hits = result.Hits,
            Fingerprint = part.Fingerprint,
        });
    }
}
