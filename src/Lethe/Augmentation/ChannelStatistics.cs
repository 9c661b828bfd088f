namespace Lethe.Augmentation;

/// <summary>Mean and standard deviation of each channel of the training images, on the scale 0 to 1.</summary>
/// <param name="Mean">One number a channel.</param>
/// <param name="StandardDeviation">One number a channel, positive.</param>
public sealed record ChannelStatistics(IReadOnlyList<float> Mean, IReadOnlyList<float> StandardDeviation);
