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
        Run(run, session, ProtocolPlan.Create(protocols, options ?? new ProtocolRunOptions()), progress, cancellation);

    /// <summary>
    /// Runs protocols on the states of a run's encoder. Each result is written to <c>evaluation.json</c> as soon as it is there; results of
    /// other protocols stay.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="session">The run's session.</param>
    /// <param name="plan">What to run.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops soon; what was finished is kept.</param>
    /// <returns>The new records.</returns>
    /// <exception cref="LetheException">
    /// A checkpoint or the images cannot be used; the images are looked at before long work starts.
    /// </exception>
    internal static IReadOnlyList<EvaluationRecord> Run(
        RunDirectory run, Session session, ProtocolPlan plan, IProgress<WorkflowProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        using DirectoryLock held = DirectoryLock.Acquire(run.Path);
        ProtocolPart[] parts = ProtocolPart.All(plan, session.Data, session.Machine.ThreadCount(), progress, cancellation);
        IReadOnlyList<EvaluationStage> chosen = plan.Options.ChosenStages();
        State[] all =
        [
            new State(EvaluationStage.Untrained, run),
            .. plan.Options.EveryCheckpoint ? Kept(run) : [],
            new State(EvaluationStage.Before, run),
            .. run.Undos.SelectMany(undo => undo.Control is { } control
                ? (State[])[new State(EvaluationStage.Control, control), new State(EvaluationStage.Umm, undo)]
                : [new State(EvaluationStage.Umm, undo)]),
        ];
        State[] states = [.. all.Where(state => chosen.Contains(state.Stage))];
        if (states.Length == 0)
            throw new RunException($"{run.Path} has no undo, so it has none of the states {plan.Options.Stages}. Run 'lethe undo "
                + $"{run.Path}' first, or choose other --stages.");
        var store = new FeatureStore(Path.Combine(run.Path, "features"), plan.Options.FeatureMegabytes * 1_000_000L);
        using SslMethod method = session.CreateMethod();
        var found = new List<EvaluationRecord>();
        int done = 0, total = states.Length * parts.Length;
        foreach ((EvaluationStage stage, RunDirectory home, int? epoch) in states)
        {
            bool untrained = stage == EvaluationStage.Untrained;
            if (!untrained)
                home.Checkpoints.Load(method, epoch is { } kept ? CheckpointStore.OfEpoch(kept) : CheckpointStore.Last);
            using var encoder = new EncoderState(
                method, session.Augmenter.Statistics, session.Device, session.Machine.ThreadCount(), untrained, store);
            foreach (ProtocolPart part in parts)
            {
                IReadOnlyList<EvaluationRecord> records = Measure(
                    part, stage, epoch, encoder, plan.Options, done++, total, progress, cancellation);
                home.SaveEvaluation(Merge(home.LoadEvaluation(), records));
                found.AddRange(records);
            }
        }

        return found;
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
        ProtocolPart[] parts = ProtocolPart.All(plan, splits, machine.ThreadCount(), progress, cancellation);
        EvaluationStage[] stages =
            [.. plan.Options.ChosenStages().Where(stage => stage is EvaluationStage.Untrained or EvaluationStage.Before)];
        if (stages.Length == 0)
            throw new InvalidOptionException(
                $"--stages {plan.Options.Stages}: an encoder from a file has the states untrained and before.");
        var records = new List<EvaluationRecord>();
        int done = 0;
        foreach (EvaluationStage stage in stages)
        {
            bool untrained = stage == EvaluationStage.Untrained;
            using var encoder = new EncoderState(untrained ? fresh : network, statistics, device, machine.ThreadCount(), untrained);
            foreach (ProtocolPart part in parts)
                records.AddRange(
                    Measure(part, stage, null, encoder, plan.Options, done++, stages.Length * parts.Length, progress, cancellation));
        }

        return records;
    }

    /// <summary>
    /// Old records with new ones in their place. A protocol's records of a state and data set are replaced as a whole, so that none stays
    /// that was made with other settings; what was measured of other weights of that state is gone.
    /// </summary>
    internal static IReadOnlyList<EvaluationRecord> Merge(IReadOnlyList<EvaluationRecord> old, IReadOnlyList<EvaluationRecord> fresh)
    {
        static object State(EvaluationRecord r) => (r.Stage, r.Epoch);
        static object Whole(EvaluationRecord r) => (State(r), r.Protocol, r.Target, r.Quick);
        HashSet<object> replaced = [.. fresh.Select(Whole)];
        var weights = fresh.Select(record => (State: State(record), record.Weights)).Distinct().ToDictionary(
            state => state.State, state => state.Weights);
        return
        [
            .. old.Where(record => record.Measure is null
                || (!replaced.Contains(Whole(record)) && (!weights.TryGetValue(State(record), out string? now) || record.Weights == now))),
            .. fresh,
        ];
    }

    private static IEnumerable<State> Kept(RunDirectory run)
    {
        IReadOnlyList<int> epochs = run.Checkpoints.Epochs;
        if (epochs.Count == 0)
            throw new RunException($"{run.Path} has no checkpoint of an epoch: --every-checkpoint needs a run that was made with 'lethe "
                + "pretrain --keep-checkpoints true'. Leave it out to measure the last one.");
        return epochs.Select(epoch => new State(EvaluationStage.Before, run, epoch));
    }

    private static IReadOnlyList<EvaluationRecord> Measure(
        ProtocolPart part, EvaluationStage stage, int? epoch, EncoderState encoder, ProtocolRunOptions options, int done, int total,
        IProgress<WorkflowProgress>? progress, CancellationToken cancellation)
    {
        string state = stage.ToString().ToLowerInvariant() + (epoch is null ? "" : $", epoch {epoch}");
        void Tell(string detail) => progress?.Report(new WorkflowProgress("evaluating", done, total, $"{part.Name}, {state}{detail}"));
        Tell("");
        string settings = string.Join(' ', new[]
        {
            options.Quick ? "Quick: few images, draws and steps, to see that it works and not for conclusions." : "",
            part.Protocol.Settings(),
            encoder.Conversion(part.Folds[0].Test),
        }.Where(text => text.Length > 0));
        var told = new Forward<string>(detail => Tell(": " + detail));
        IReadOnlyList<ProtocolResult> results = part.Folds is [var only]
            ? ProtocolRunner.Run(part.Protocol, encoder, only.Fitting, only.Test, options.Seed, told, cancellation)
            : ProtocolRunner.RunLeavingOut(
                part.Protocol,
                encoder,
                [.. part.Folds.Select(fold => (fold.Domain, fold.Fitting, fold.Test))],
                options.Seed,
                told,
                cancellation);
        return
        [
            .. results
                .Select(result => new EvaluationRecord(stage, result.Layer, part.Name, result.Value)
                {
                    Measure = result.Measure,
                    Variant = result.Variant,
                    LabelShare = result.LabelShare,
                    Target = part.Target,
                    Low = result.Interval.Low,
                    High = result.Interval.High,
                    Interval = result.Interval.Kind,
                    Draws = result.Draws.Count > 1 ? result.Draws : null,
                    Strength = result.Strength,
                    ProbeCount = result.FitCount,
                    TestCount = result.TestCount,
                    Seed = options.Seed,
                    Epoch = epoch,
                    Quick = options.Quick,
                    Settings = settings,
                    Fingerprint = part.Fingerprint,
                    Weights = encoder.Weights,
                }),
        ];
    }

    /// <summary>A state of the encoder, where it and its results lie, and of a kept checkpoint the epoch.</summary>
    private sealed record State(EvaluationStage Stage, RunDirectory Home, int? Epoch = null);
}
