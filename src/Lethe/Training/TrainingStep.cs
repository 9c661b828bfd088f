namespace Lethe.Training;

/// <summary>What a step reports of itself.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="TotalSteps">Steps in all.</param>
/// <param name="Loss">The loss of the step.</param>
/// <param name="ImagesPerSecond">Images through training per second of it, evaluations left out.</param>
/// <param name="WaitingShare">Share of that time in which training waited for data, in [0, 1].</param>
public sealed record TrainingStep(long Step, long TotalSteps, double Loss, double ImagesPerSecond, double WaitingShare);
