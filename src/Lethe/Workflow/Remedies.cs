using System.Globalization;
using Lethe.Augmentation;
using Lethe.Diagnostics;
using Lethe.Methods;
using Lethe.Models;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Umm;
using static TorchSharp.torch;

namespace Lethe.Workflow;

/// <summary>
/// What UMM must beat and needs no training: each is a function of the run's checkpoints and training images, without labels.
/// </summary>
internal static class Remedies
{
    /// <summary>What a run without kept checkpoints lacks, and how to come by them.</summary>
    public const string KeepCheckpoints = "no checkpoints of earlier epochs. Train with --keep-checkpoints true to have them";

    /// <summary>Whether a remedy can be had of a run: two of them need checkpoints that were kept.</summary>
    public static bool IsPossible(RunDirectory run, string remedy) =>
        remedy is not (UmmOptions.Rewind or UmmOptions.Average) || Kept(run).Count > 1;

    /// <summary>Chooses what was left open; says what cannot be done before anything is begun.</summary>
    /// <param name="run">The run.</param>
    /// <param name="options">The remedy's options.</param>
    /// <returns>The epoch of rewind, or the first of average, as a choice; null for other remedies.</returns>
    /// <exception cref="LetheException">The checkpoints that it needs were not kept.</exception>
    public static Choice? Choose(RunDirectory run, UmmOptions options)
    {
        if (options.Remedy is not (UmmOptions.Rewind or UmmOptions.Average))
            return null;
        IReadOnlyList<int> kept = Kept(run);
        string list = string.Join(", ", kept);
        if (kept.Count < 2)
            throw new RunException($"--remedy {options.Remedy}: {run.Path} has {KeepCheckpoints}.");
        if (options.Remedy == UmmOptions.Average)
        {
            int first = options.AverageFrom > 0 ? options.AverageFrom : (kept[^1] + 1) / 2;
            int[] entering = [.. kept.Where(epoch => epoch >= first)];
            return entering.Length > 1
                ? new Choice("--average-from", $"{entering[0]}", $"{entering.Length} checkpoints were kept from then on")
                : throw new InvalidOptionException(
                    $"--average-from {first}: of the epochs that were kept ({list}) {entering.Length} come from then on, and an average "
                    + $"needs two. Use --average-from {kept[^2]} or less.");
        }

        if (options.RewindEpoch > 0)
        {
            return kept.Contains(options.RewindEpoch)
                ? new Choice("--rewind-epoch", $"{options.RewindEpoch}", "as given")
                : throw new InvalidOptionException(
                    $"--rewind-epoch {options.RewindEpoch}: {run.Path} has no checkpoint of that epoch. Kept are {list}.");
        }

        Measurement[] losses = [.. run.LoadMeasurements().Where(m => m.Name == Measure.LossHeldOut && kept.Contains(m.Epoch))];
        if (losses.Length == 0)
        {
            throw new RunException(
                $"--remedy rewind: the loss on unseen images was not measured in {run.Path}, so nothing says which epoch to take. Give "
                + $"--rewind-epoch with one of {list}.");
        }

        // Of equally low ones the first.
        Measurement best = losses.MinBy(measurement => measurement.Value)!;
        return new Choice(
            "--rewind-epoch", $"{best.Epoch}", Invariant($"the loss on unseen images was lowest there, {best.Value:0.###}; at epoch ")
                + Invariant($"{losses[^1].Epoch} it was {losses[^1].Value:0.###}"));
    }

    /// <summary>Puts a remedy into the method, which holds the run's last checkpoint.</summary>
    /// <param name="run">The run.</param>
    /// <param name="session">Its session.</param>
    /// <param name="method">The method.</param>
    /// <param name="options">The remedy's options.</param>
    /// <param name="choice">What <see cref="Choose"/> gave.</param>
    /// <param name="loader">Gives the views to estimate running statistics on, where the remedy takes batches.</param>
    /// <param name="seed">For methods that draw.</param>
    /// <param name="progress">Told how far the work has come.</param>
    /// <param name="cancellation">Stops between two batches; nothing is written then.</param>
    /// <exception cref="LetheException">A checkpoint or the features cannot be used.</exception>
    public static void Apply(
        RunDirectory run, Session session, SslMethod method, UmmOptions options, Choice? choice, ViewLoader? loader, ulong seed,
        IProgress<WorkflowProgress>? progress, CancellationToken cancellation)
    {
        if (options.Remedy == UmmOptions.Whiten)
        {
            using var scope = NewDisposeScope();
            method.eval();
            (Tensor mean, Tensor matrix) = FeatureWhitening.Fit(
                method.Backbone, null, LayerNames.Last, options.WhitenEpsilon, session, progress, cancellation);
            method.Backbone.PlaceWhitening(true);
            method.Backbone.Whitening!.Set(mean, matrix);
            return;
        }

        SplitPoint split = ResNet.ParseSplit(options.Split);
        int epoch = int.Parse(choice!.Value, CultureInfo.InvariantCulture);
        using (SslMethod other = session.CreateMethod())
        {
            SslMethod At(int kept)
            {
                run.Checkpoints.Load(other, CheckpointStore.OfEpoch(kept));
                return other;
            }

            if (options.Remedy == UmmOptions.Rewind)
                LateLayers.Take(method, At(epoch), split);
            else
                LateLayers.Average(method, Kept(run).Where(kept => kept >= epoch).Select(At), split);
        }

        if (loader is null)
            return;
        LateLayers.Reestimate(
            method, loader, split, session.Device, session.Labels, seed,
            done => progress?.Report(new WorkflowProgress("running statistics", done, loader.StepsPerEpoch, "")), cancellation);
    }

    // Weights of chance are no state to go back to, nor to average with.
    private static IReadOnlyList<int> Kept(RunDirectory run) => [.. run.Checkpoints.Epochs.Where(epoch => epoch > 0)];
}
