using Lethe.Augmentation;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Numerics;
using Lethe.Ranks;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Training;
using Lethe.Umm;
using TorchSharp.Modules;

namespace Lethe.Workflow;

/// <summary>
/// Steps of UMM in between epochs of pre-training. Not in the paper: there UMM begins when pre-training is over.
/// </summary>
/// <remarks>
/// Every <see cref="InterleavingOptions.UmmEvery"/> epochs, before the next one starts, UMM runs on the first batches of that epoch with
/// the early layers frozen. Its optimiser starts afresh each time, so only the weights carry over; pre-training's own optimiser keeps its
/// state. Either all steps are taken or none, so an interruption leaves the state from before or after them. The schedule of a momentum
/// encoder counts as finished here, so the target hardly moves.
/// </remarks>
/// <param name="session">The run's session.</param>
internal sealed class Interleaving(Session session)
{
    // Randomness of its own, beside that of pre-training under the same seed.
    private const ulong InterleavedSteps = 4;

    private const string Advice = "Lower --learning-rate or --umm-iterations, or leave --umm-every out";

    private readonly InterleavingOptions options = session.Options.Interleaving;

    /// <summary>What the manifest says of it; null where nothing is interleaved.</summary>
    public string? Note => options.UmmEvery == 0
        ? null
        : $"UMM was interleaved with pre-training: {options.UmmIterations} steps after every {options.UmmEvery} epochs, "
            + $"{options.UmmSplit} and what is before it frozen. This is not in the paper.";

    /// <summary>Whether steps are due before an epoch.</summary>
    /// <param name="epoch">Epochs done.</param>
    public bool IsDue(int epoch) => options.UmmEvery > 0 && epoch > 0 && epoch % options.UmmEvery == 0;

    /// <summary>Takes the steps that are due before an epoch.</summary>
    /// <param name="method">The method in training.</param>
    /// <param name="epoch">Epochs done.</param>
    /// <param name="ranked">Whether all ranks take them together.</param>
    /// <returns>Means over the steps, of the run; none where nothing was due.</returns>
    public IReadOnlyList<Measurement> Before(SslMethod method, int epoch, bool ranked = false)
    {
        if (!IsDue(epoch))
            return [];

        // UMM freezes the early layers for good, and pre-training goes on with them.
        (Parameter Parameter, bool Trained)[] flags = [.. method.parameters().Select(parameter => (parameter, parameter.requires_grad))];
        try
        {
            // Both levels are defined on pairs of views of one size.
            using ViewLoader loader = session.CreateLoader(
                session.Options.Training.BatchSize, session.Options.Seed, localViews: false, ranked);
            long first = (long)epoch * loader.StepsPerEpoch;
            var umm =
                new UmmOptions { Split = options.UmmSplit, Iterations = checked((int)first + options.UmmIterations), Control = false };
            using var trainer = new UmmTrainer(
                method, loader, umm, control: false, RandomStream.Derive(session.Options.Seed, InterleavedSteps), session.Device,
                labels: session.Labels)
            {
                State = new TrainingState { Step = first },
                Ranked = ranked && RankGroup.OfProcess is { } ranks ? new RankedSteps(ranks) : null,
            };
            TrainingLoop.Finish(trainer);
            return
            [
                .. trainer.State.Means().Where(mean => mean.Name != Measure.Loss).Select(
                    mean => new Measurement(epoch, Measure.Run, mean.Name, mean.Mean)),
            ];
        }
        catch (TrainingException error) when (error.Diverged)
        {
            // The learning rates of UMM are no options here.
            throw new TrainingException(error.Message.Replace(LossCheck.OfUndo, Advice, StringComparison.Ordinal), error)
            {
                Diverged = true,
            };
        }
        finally
        {
            foreach ((Parameter parameter, bool trained) in flags)
            {
                parameter.requires_grad = trained;
            }
        }
    }
}
