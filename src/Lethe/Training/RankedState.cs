using System.Text.Json;
using Lethe.Operators;
using Lethe.Ranks;
using static TorchSharp.torch;

namespace Lethe.Training;

/// <summary>Where a training stands, given to all ranks.</summary>
internal static class RankedState
{
    /// <summary>Brings all ranks to where rank 0 stands: weights, state of optimisers, place in training.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="trainer">The training, made with the same options on all.</param>
    public static void Align(RankGroup ranks, MethodTrainer trainer)
    {
        using var scope = NewDisposeScope();
        string json = RankText.Broadcast(ranks, JsonSerializer.Serialize(trainer.State));
        if (!ranks.Leads)
            trainer.State = JsonSerializer.Deserialize<TrainingState>(json)!;
        var tensors = trainer.Method.state_dict().OrderBy(pair => pair.Key, StringComparer.Ordinal);
        RankOperations.Broadcast(ranks, tensors.Select(pair => pair.Value));
        foreach (Optimiser? optimiser in new[] { trainer.Optimiser, trainer.InnerOptimiser })
        {
            if (optimiser is not null)
                Align(ranks, optimiser);
        }
    }

    private static void Align(RankGroup ranks, Optimiser optimiser)
    {
        var slots = optimiser.State.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => new Slot(pair.Key, pair.Value.shape, (int)pair.Value.dtype));
        Slot[] theirs = JsonSerializer.Deserialize<Slot[]>(RankText.Broadcast(ranks, JsonSerializer.Serialize(slots)))!;
        if (!ranks.Leads)
        {
            Device device = optimiser.Parameters[0].Value.device;
            optimiser.LoadState(theirs.ToDictionary(slot => slot.Name, slot => zeros(slot.Shape, (ScalarType)slot.Type, device)));
        }

        RankOperations.Broadcast(ranks, theirs.Select(slot => optimiser.State[slot.Name]));
    }

    private sealed record Slot(string Name, long[] Shape, int Type);
}
