using System.Text.Json;
using Lethe.Augmentation;
using Lethe.Methods;
using Lethe.Ranks;
using Lethe.Runs;
using Lethe.Training;
using Lethe.Umm;

namespace Lethe.Workflow;

/// <summary>What every rank but rank 0 does: it takes part in what rank 0 trains. It decides, measures and writes nothing.</summary>
/// <param name="ranks">The ranks.</param>
/// <param name="others">What else than training a verb has ranks do, by rank 0's word for it.</param>
internal sealed class RankFollower(RankGroup ranks, IReadOnlyDictionary<string, Action>? others = null)
{
    // The parts of one story are on the same images.
    private Session? session;
    private (RunOptions Options, string? Root) opened;

    /// <summary>Follows until rank 0 has no more work.</summary>
    /// <exception cref="Runtime.LetheException">The work cannot be done here, or another rank has ended.</exception>
    public void Follow()
    {
        while (RankText.Broadcast(ranks, "") is { Length: > 0 } text)
        {
            if (others?.GetValueOrDefault(text) is { } other)
                other();
            else
                Train(JsonSerializer.Deserialize<RankedJob>(text, RunFiles.Compact)!);
        }
    }

    private void Train(RankedJob job)
    {
        Session images = Open(job);
        using SslMethod method = images.CreateMethod();
        var steps = new RankedSteps(ranks)
        {
            Aside = epoch => new Interleaving(images).Before(method, epoch, ranked: true),
        };
        using ViewLoader? loader = job.Manifest.Umm is { } umm
            ? Undoing.Loader(images, umm, job.Manifest.Seed, ranked: true)
            : images.CreateLoader(job.Manifest.Pretraining.Training.BatchSize, job.Manifest.Seed, ranked: true);
        using MethodTrainer trainer = job.Manifest.Umm is { } options
            ? new UmmTrainer(
                method, loader!, options, job.Plain, job.Manifest.Seed, images.Device, job.EpochsBefore, images.Labels) { Ranked = steps }
            : new Pretrainer(
                method, loader!, job.Manifest.Pretraining.Training, job.Manifest.Seed, images.Device, images.Labels) { Ranked = steps };
        RankedState.Align(ranks, trainer);
        try
        {
            foreach (TrainingMoment.StepTaken _ in TrainingLoop.Steps(trainer))
            {
                // Each step waits for rank 0's word.
            }

            steps.End();
        }
        catch (RankedStepsEndedException)
        {
            // Rank 0 stopped before the last step: it was interrupted, or stops early.
        }
    }

    private Session Open(RankedJob job)
    {
        RunManifest manifest = job.Manifest;
        if (session is null || opened != (manifest.Pretraining, job.DataRoot))
        {
            session = Session.Open(manifest, ranks.Name(ranks.Rank), job.Machine.OfRank(ranks), job.DataRoot);
            opened = (manifest.Pretraining, job.DataRoot);
        }

        return session;
    }
}
