using System.Runtime.InteropServices;
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

    /// <summary>What a follower does when rank 0 calls for something beside steps; it is given rank 0's number for it.</summary>
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

    /// <summary>Makes the gradients of trained parameters those of the whole batch, on all ranks the same.</summary>
    /// <param name="parameters">Parameters by their names within a method.</param>
    /// <param name="gradients">One for each, changed in place; null where there is none.</param>
    public void Complete(IReadOnlyList<(string Name, Parameter Value)> parameters, IReadOnlyList<Tensor?> gradients) =>
        RankOperations.Complete(
            ranks, gradients, [.. parameters.Select(parameter => parameter.Name.StartsWith(Backbone, StringComparison.Ordinal))]);

    private void Follow(bool untilStep)
    {
        Span<int> said = stackalloc int[2];
        while (true)
        {
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
}
