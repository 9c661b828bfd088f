using System.Text.Json;
using Lethe.Operators;
using Lethe.Ranks;
using Lethe.Runs;
using Lethe.Runtime;
using Lethe.Training;

namespace Lethe.Workflow;

/// <summary>
/// A training of all ranks, as rank 0 leads it: the others are told what it is, brought to where it stands, and let go after it.
/// </summary>
/// <param name="ranks">The ranks.</param>
/// <param name="job">What the others need to know.</param>
internal sealed class RankedWork(RankGroup ranks, RankedJob job)
{
    /// <summary>The steps, for the trainer.</summary>
    public RankedSteps Steps { get; } = new(ranks);

    /// <summary>That of a training; null where this process works alone.</summary>
    /// <param name="session">The run's session.</param>
    /// <param name="manifest">That of what is trained.</param>
    /// <param name="plain">Whether an undo takes plain steps.</param>
    /// <param name="epochsBefore">Epochs of pre-training behind an undo.</param>
    /// <returns>The work, not begun.</returns>
    /// <exception cref="InvalidOptionException">This process has no operations of our own in torch's graph.</exception>
    public static RankedWork? Of(Session session, RunManifest manifest, bool plain = false, double epochsBefore = 0)
    {
        if (RankGroup.OfProcess is not { } ranks)
            return null;
        return OwnOperations.Reason is { } reason
            ? throw new InvalidOptionException($"Ranks cannot train together here. {reason} Use --ranks 1.")
            : new RankedWork(ranks, new RankedJob(manifest, session.Machine, plain, epochsBefore, session.DataRoot));
    }

    /// <summary>Does the work with all ranks in it.</summary>
    /// <param name="trainer">The training, at the place where it begins or goes on.</param>
    /// <param name="work">Rank 0's work.</param>
    /// <exception cref="RankGroupException">A rank has ended.</exception>
    public void Do(MethodTrainer trainer, Action work)
    {
        RankText.Broadcast(ranks, JsonSerializer.Serialize(job, RunFiles.Compact));
        RankedState.Align(ranks, trainer);
        try
        {
            work();
        }
        catch (Exception error) when (error is not RankGroupException)
        {
            // Whatever it is, the others wait to be told.
            Steps.End();
            throw;
        }

        Steps.End();
    }

    /// <summary>Has the other ranks do their share of what is no training, and does rank 0's.</summary>
    /// <typeparam name="T">What the work gives.</typeparam>
    /// <param name="what">A word for it, which their verb knows.</param>
    /// <param name="work">Rank 0's share.</param>
    /// <returns>What the work gave.</returns>
    public static T Call<T>(string what, Func<T> work)
    {
        if (RankGroup.OfProcess is not { } ranks)
            return work();
        RankText.Broadcast(ranks, what);
        try
        {
            return work();
        }
        catch (Exception error) when (error is not RankGroupException)
        {
            // The others are within their shares, and wait for rank 0's.
            ranks.Fail(error.Message);
            throw;
        }
    }

    /// <summary>Lets the other ranks go: there is no more work.</summary>
    /// <param name="ranks">The ranks.</param>
    public static void Dismiss(RankGroup ranks) => RankText.Broadcast(ranks, "");
}
