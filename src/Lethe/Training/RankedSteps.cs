using System.Runtime.InteropServices;
using System.Text.Json;
using Lethe.Models;
using Lethe.Operators;
using Lethe.Ranks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Lethe.Training;

/// <summary>
/// Steps that all ranks of a group take together. Rank 0 says before each what comes next; the others wait for its word, so that whatever
/// ends, interrupts or lengthens a training is decided by one rank.
/// </summary>
/// <param name="ranks">The group.</param>
internal sealed class RankedSteps(RankGroup ranks)
{
    private const string Backbone = "backbone.";

    /// <summary>What rank 0 says.</summary>
    private enum Word
    {
        Step = 1,
        Aside = 2,
        End = 3,
    }

    /// <summary>The group.</summary>
    public RankGroup Ranks => ranks;

    /// <summary>What a follower does when rank 0 does something beside steps that takes all ranks; it is given rank 0's number for it.</summary>
    public Action<int>? Aside { get; init; }

    /// <summary>Before a step: rank 0 calls for it, the others wait to be called and do what else comes first.</summary>
    /// <exception cref="RankedStepsEndedException">Rank 0 takes no more steps.</exception>
    public void Begin()
    {
        if (ranks.Leads)
        {
            Say(Word.Step, 0);
            return;
        }

        Follow(untilStep: true);
    }

    /// <summary>Rank 0 has all ranks do something beside steps, and then does its own part.</summary>
    /// <param name="what">What it is, for <see cref="Aside"/>.</param>
    public void Call(int what) => Say(Word.Aside, what);

    /// <summary>After the last step: rank 0 ends it; the others do what comes before that.</summary>
    public void End()
    {
        if (ranks.Leads)
            Say(Word.End, 0);
        else
            Follow(untilStep: false);
    }

    /// <summary>Brings all ranks to where rank 0 stands: weights, state of optimisers, place in training.</summary>
    /// <param name="trainer">The training, made with the same options on all.</param>
    public void Align(MethodTrainer trainer)
    {
        using var scope = NewDisposeScope();
        string json = Text(JsonSerializer.Serialize(trainer.State));
        if (!ranks.Leads)
            trainer.State = JsonSerializer.Deserialize<TrainingState>(json)!;
        RankOperations.Broadcast(ranks, trainer.Method.state_dict().OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value));
        foreach (Optimiser? optimiser in new[] { trainer.Optimiser, trainer.InnerOptimiser })
        {
            if (optimiser is not null)
                Align(optimiser);
        }
    }

    /// <summary>Makes the gradients of trained parameters those of the whole batch, on all ranks the same.</summary>
    /// <param name="parameters">Parameters by their names within a method.</param>
    /// <param name="gradients">One for each, changed in place; null where there is none.</param>
    public void Complete(IReadOnlyList<(string Name, Parameter Value)> parameters, IReadOnlyList<Tensor?> gradients) =>
        RankOperations.Complete(
            ranks, gradients, [.. parameters.Select(parameter => parameter.Name.StartsWith(Backbone, StringComparison.Ordinal))]);

    private void Align(Optimiser optimiser)
    {
        var slots = optimiser.State.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new Slot(pair.Key, pair.Value.shape, (int)pair.Value.dtype)).ToArray();
        Slot[] theirs = JsonSerializer.Deserialize<Slot[]>(Text(JsonSerializer.Serialize(slots)))!;
        if (!ranks.Leads)
        {
            Device device = optimiser.Parameters[0].Value.device;
            optimiser.LoadState(theirs.ToDictionary(slot => slot.Name, slot => zeros(slot.Shape, (ScalarType)slot.Type, device)));
        }

        RankOperations.Broadcast(ranks, theirs.Select(slot => optimiser.State[slot.Name]));
    }

    private void Follow(bool untilStep)
    {
        while (true)
        {
            Span<int> said = stackalloc int[2];
            ranks.Broadcast(MemoryMarshal.AsBytes(said));
            switch ((Word)said[0])
            {
                case Word.Step when untilStep:
                    return;
                case Word.Aside when Aside is not null:
                    Aside(said[1]);
                    break;
                case Word.End when untilStep:
                    throw new RankedStepsEndedException();
                case Word.End:
                    return;
                default:
                    throw new RankGroupException($"Rank 0 said {said[0]} ({said[1]}), which {ranks.Name(ranks.Rank)} cannot do here.");
            }
        }
    }

    private void Say(Word word, int number)
    {
        Span<int> said = [(int)word, number];
        ranks.Broadcast(MemoryMarshal.AsBytes(said));
    }

    private string Text(string own) => RankText.Broadcast(ranks, own);

    private sealed record Slot(string Name, long[] Shape, int Type);
}
