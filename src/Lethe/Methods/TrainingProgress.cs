namespace Lethe.Methods;

/// <summary>How far training has come: what schedules inside a method are functions of.</summary>
/// <param name="Step">Optimiser steps done.</param>
/// <param name="TotalSteps">Optimiser steps in all.</param>
/// <param name="Epoch">Epochs done, with the fraction of the current one.</param>
/// <param name="Seed">A seed of this step alone, for methods that draw.</param>
public sealed record TrainingProgress(long Step, long TotalSteps, double Epoch, ulong Seed);
