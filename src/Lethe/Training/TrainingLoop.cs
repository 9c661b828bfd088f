using System.Diagnostics;
using Lethe.Augmentation;

namespace Lethe.Training;

/// <summary>The loop of every training.</summary>
internal static class TrainingLoop
{
    /// <summary>
    /// Takes the steps that are left, with all that is due in between. All that is random is a function of the seed and of the place in
    /// training, so a training that is interrupted and goes on gives the same bits as one that is not.
    /// </summary>
    /// <param name="trainer">The training; its state moves on with the enumeration.</param>
    /// <param name="minutesBetweenSaves">Minutes after which a checkpoint is due, whether or not an evaluation is.</param>
    /// <param name="cancellation">Stops between two steps. The state is whole then, and not yet saved.</param>
    /// <returns>What comes up, in order.</returns>
    /// <exception cref="Runtime.TrainingException">The loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IEnumerable<TrainingMoment> Run(MethodTrainer trainer, double minutesBetweenSaves, CancellationToken cancellation)
    {
        TrainingState state = trainer.State;
        var sinceSave = Stopwatch.StartNew();
        using IEnumerator<TrainingMoment.StepTaken> steps = Steps(trainer, cancellation).GetEnumerator();
        while (true)
        {
            if (trainer.IsEvaluationDue && state.EvaluatedAt < trainer.Now)
            {
                // The state moves once the evaluation is done: an interruption within it must find the sums as they were.
                yield return new TrainingMoment.EvaluationDue(state.Means());
                state.ClearMeans();
                state.EvaluatedAt = trainer.Now;
                yield return new TrainingMoment.SaveDue(Evaluated: true);
                sinceSave.Restart();
            }
            else if (trainer.IsNoteDue && state.SumCount > 0)
            {
                yield return new TrainingMoment.NoteDue(state.Means());
                state.ClearMeans();
            }

            if (state.Step >= trainer.TotalSteps)
                yield break;
            cancellation.ThrowIfCancellationRequested();
            if (state.BegunEpoch < trainer.Epoch)
            {
                yield return new TrainingMoment.EpochBegins(trainer.Epoch);
                state.BegunEpoch = trainer.Epoch;
            }

            steps.MoveNext();
            yield return steps.Current;
            if (sinceSave.Elapsed.TotalMinutes >= minutesBetweenSaves)
            {
                yield return new TrainingMoment.SaveDue(Evaluated: false);
                sinceSave.Restart();
            }
        }
    }

    /// <summary>Takes the steps that are left and nothing else.</summary>
    /// <param name="trainer">The training; its state moves on with the enumeration.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <returns>Each step, once it is taken.</returns>
    /// <exception cref="Runtime.TrainingException">The loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static IEnumerable<TrainingMoment.StepTaken> Steps(Trainer trainer, CancellationToken cancellation = default)
    {
        TrainingState state = trainer.State;
        ViewLoader loader = trainer.Loader;
        var clock = new Stopwatch();
        TimeSpan waitedBefore = loader.Waited;
        long images = 0;
        while (state.Step < trainer.TotalSteps)
        {
            cancellation.ThrowIfCancellationRequested();
            int epoch = trainer.Epoch, first = (int)(state.Step % trainer.StepsPerEpoch) * trainer.BatchesPerStep;

            // Not given the token: a step is taken whole or not at all.
            using IEnumerator<ViewBatch> batches = loader.Batches(epoch, first, CancellationToken.None).GetEnumerator();
            while (trainer.Epoch == epoch && state.Step < trainer.TotalSteps)
            {
                cancellation.ThrowIfCancellationRequested();
                clock.Start();
                StepReport report = trainer.Take(Next(batches, trainer.BatchesPerStep));
                clock.Stop();
                images += (long)trainer.BatchesPerStep * loader.BatchSize;
                double seconds = clock.Elapsed.TotalSeconds;
                yield return new TrainingMoment.StepTaken(
                    state.Step, report, images / seconds, (loader.Waited - waitedBefore).TotalSeconds / seconds);
            }
        }
    }

    /// <summary>Takes all steps that are left.</summary>
    /// <param name="trainer">The training.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    /// <exception cref="Runtime.TrainingException">The loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static void Finish(Trainer trainer, CancellationToken cancellation = default)
    {
        foreach (TrainingMoment.StepTaken _ in Steps(trainer, cancellation))
        {
            // A step is all there is to do.
        }
    }

    private static IEnumerable<ViewBatch> Next(IEnumerator<ViewBatch> batches, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!batches.MoveNext())
                throw new InvalidOperationException("The loader gave fewer batches than it promised.");
            yield return batches.Current;
        }
    }
}
