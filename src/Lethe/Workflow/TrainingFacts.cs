using Lethe.Data;

namespace Lethe.Workflow;

/// <summary>What options that were left open are chosen by.</summary>
/// <param name="TrainImages">Images to train on.</param>
/// <param name="ViewSize">Height and width of a view in pixels.</param>
/// <param name="OnGpu">Whether the run computes on a GPU.</param>
/// <param name="Sizes">Sizes of the images as they came; null where nobody looked.</param>
internal sealed record TrainingFacts(int TrainImages, int ViewSize, bool OnGpu = false, SizeRange? Sizes = null);
