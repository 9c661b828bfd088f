namespace Lethe.Diagnostics;

/// <summary>How far ΔR on training images is above ΔR on unseen images, over training. Values are smoothed, in nats.</summary>
/// <param name="Opened">Whether the gap grew and stayed open; false also where there are too few evaluations.</param>
/// <param name="OnsetEpoch">The first evaluation from which on it stayed open, or null.</param>
/// <param name="Evaluations">How many evaluations have both values.</param>
/// <param name="First">The gap at the first evaluation: what the choice of images alone makes; 0 without evaluations.</param>
/// <param name="Last">The gap at the last evaluation; 0 without evaluations.</param>
/// <param name="Tolerance">The growth that counted.</param>
internal sealed record ReductionGap(bool Opened, int? OnsetEpoch, int Evaluations, double First, double Last, double Tolerance);
