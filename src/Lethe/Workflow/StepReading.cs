namespace Lethe.Workflow;

/// <summary>What one step of training is shown by.</summary>
/// <param name="Place">Where training stands, as "epoch 3 of 10".</param>
/// <param name="Loss">The loss that was descended.</param>
/// <param name="ImagesPerSecond">Images through training per second of it.</param>
/// <param name="WaitingShare">Share of that time in which training waited for images, in [0, 1].</param>
internal sealed record StepReading(string Place, double Loss, double ImagesPerSecond, double WaitingShare);
