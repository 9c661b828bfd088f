using System.Diagnostics;
using Lethe.Evaluation;
using Lethe.Methods;
using Lethe.Runs;
using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>A state of an encoder that is measured.</summary>
/// <param name="Stage">Which.</param>
/// <param name="Home">Where its results lie; null where they are not kept.</param>
/// <param name="Load">Brings the encoder into the state, until the next one is loaded.</param>
/// <param name="Epoch">The epoch of a kept checkpoint; null for the states that every run has.</param>
internal sealed record EvaluatedState(EvaluationStage Stage, RunDirectory? Home, Func<EncoderState> Load, int? Epoch = null)
{
    /// <summary>In words, as <c>before, epoch 3</c>.</summary>
    public string Words => Stage.ToString().ToLowerInvariant() + (Epoch is null ? "" : $", epoch {Epoch}");

    /// <summary>
    /// The states of a run, in one network; untrained first, while its weights are fresh. An undo without a checkpoint has none yet.
    /// </summary>
    /// <exception cref="RunException">There is no checkpoint of any epoch where they are asked for.</exception>
    public static IReadOnlyList<EvaluatedState> Of(
        RunDirectory run, Session session, SslMethod method, FeatureStore? store = null, bool everyCheckpoint = false,
        IReadOnlyList<string>? undos = null)
    {
        IReadOnlyList<int> epochs = everyCheckpoint ? run.Checkpoints.Epochs : [];
        if (everyCheckpoint && epochs.Count == 0)
            throw new RunException($"{run.Path} has no checkpoint of an epoch: --every-checkpoint needs a run that was made with 'lethe "
                + "pretrain --keep-checkpoints true'. Leave it out to measure the last one.");
        return
        [
            At(EvaluationStage.Untrained, run),
            .. epochs.Select(epoch => At(EvaluationStage.Before, run, epoch)),
            At(EvaluationStage.Before, run),
            .. from undo in run.Undos
               where undos?.Contains(Path.GetFileName(undo.Path)) != false
               from part in new[] { (EvaluationStage.Control, Home: undo.Control), (EvaluationStage.Umm, Home: undo) }
               where part.Home?.Checkpoints.HasLast == true
               select At(part.Item1, part.Home),
        ];

        EvaluatedState At(EvaluationStage stage, RunDirectory home, int? epoch = null) =>
            new(stage, home, () => Encoder(stage, home, epoch), epoch);

        EncoderState Encoder(EvaluationStage stage, RunDirectory home, int? epoch)
        {
            bool untrained = stage == EvaluationStage.Untrained;
            if (!untrained)
                home.Checkpoints.Load(method, epoch is { } kept ? CheckpointStore.OfEpoch(kept) : CheckpointStore.Last);
            return new EncoderState(method, session.Augmenter.Statistics, session.Device, session.Machine.ThreadCount(), untrained, store);
        }
    }

    /// <summary>Measures each part in each state, and keeps what is found as soon as it is there.</summary>
    /// <param name="states">The states.</param>
    /// <param name="parts">What to measure.</param>
    /// <param name="onlyNew">Whether to leave out what was measured of the same weights.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <returns>The new records.</returns>
    public static IReadOnlyList<EvaluationRecord> Measure(
        IReadOnlyList<EvaluatedState> states, IReadOnlyList<EvaluationPart> parts, bool onlyNew, IProgress<WorkflowProgress>? progress)
    {
        var found = new List<EvaluationRecord>();
        var clock = new Stopwatch();
        List<double>[] seconds = [.. parts.Select(_ => new List<double>())];
        foreach ((int place, EvaluatedState state) in states.Index())
        {
            using EncoderState encoder = state.Load();
            foreach ((int i, EvaluationPart part) in parts.Index())
            {
                if (onlyNew && state.IsMeasured(part.Protocol, encoder.Weights))
                    continue;
                clock.Restart();
                void Tell(string detail) => progress?.Report(new WorkflowProgress(
                    "evaluating", (place * parts.Count) + i, states.Count * parts.Count, part.Title + state.Words + detail)
                {
                    Left = Left(seconds, states.Count - place, i, clock.Elapsed),
                });
                Tell("");
                EvaluationRecord[] records =
                [
                    .. part.Measure(state.Stage, encoder, Tell)
                        .Select(record => record with { Epoch = state.Epoch, Weights = encoder.Weights }),
                ];
                seconds[i].Add(clock.Elapsed.TotalSeconds);
                state.Home?.SaveEvaluation(Merge(state.Home.LoadEvaluation(), records));
                found.AddRange(records);
            }
        }

        return found;
    }

    /// <summary>
    /// Old records with new ones in their place. A protocol's records of a state and data set are replaced as a whole, so that none stays
    /// that was made with other settings; what was measured of other weights of that state is gone, but for what does not say of which.
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
            .. old.Where(record => !replaced.Contains(Whole(record))
                && (!weights.TryGetValue(State(record), out string? now) || (record.Weights ?? now) == now)),
            .. fresh,
        ];
    }

    // Each part takes in the next states what it took in those before; nothing is said until each has been measured once.
    private static TimeSpan? Left(IReadOnlyList<List<double>> seconds, int states, int part, TimeSpan since)
    {
        if (seconds.Any(one => one.Count == 0))
            return null;
        double whole = ((states - 1) * seconds.Sum(one => one.Average())) + seconds.Skip(part).Sum(one => one.Average());
        return TimeSpan.FromSeconds(whole - Math.Min(since.TotalSeconds, seconds[part].Average()));
    }

    private bool IsMeasured(string protocol, string weights)
    {
        EvaluationRecord[] records =
            [.. (Home?.LoadEvaluation() ?? []).Where(record => (record.Stage, record.Epoch, record.Protocol) == (Stage, Epoch, protocol))];
        return records.Length > 0 && records.All(record => record.Weights == weights);
    }
}
