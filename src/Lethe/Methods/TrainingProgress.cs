namespace Lethe.Methods;

/// <summary>How far training has come: what schedules inside a method are functions of.</summary>
/// <param name="Step">Optimiser steps of this training that are done.</param>
/// <param name="TotalSteps">Optimiser steps of this training in all.</param>
/// <param name="Epoch">
/// Epochs behind the method, with the fraction of the current one. Fine-tuning counts on from pre-training, so that what
/// happens once at the start (a warm-up, frozen prototypes) does not happen again.
/// </param>
/// <param name="Seed">A seed of this step alone, for methods that draw.</param>
public sealed record TrainingProgress(long Step, long TotalSteps, double Epoch, ulong Seed)
{
    /// <summary>The end of a training, where no schedule and no warm-up has anything left to do.</summary>
    /// <param name="seed">For methods that draw.</param>
    /// <returns>Every schedule at its last value.</returns>
    public static TrainingProgress AtTheEnd(ulong seed) => new(1, 1, double.PositiveInfinity, seed);
}
