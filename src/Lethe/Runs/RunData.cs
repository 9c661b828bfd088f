using Lethe.Augmentation;

namespace Lethe.Runs;

/// <summary>The images that a run used, so that another run can be shown to have used the same.</summary>
/// <param name="Source">Name of the source, as the user gave it.</param>
/// <param name="Fingerprint">Fingerprint of pixels, labels and division, in hexadecimal.</param>
/// <param name="TrainCount">Images trained on, without labels.</param>
/// <param name="ProbeCount">Images that probes were fitted with.</param>
/// <param name="TestCount">Images that were measured with.</param>
/// <param name="ClassCount">Number of classes; 0 where the source has no labels.</param>
/// <param name="ImageSize">Height and width of a view, in pixels.</param>
/// <param name="Channels">Channels that the encoder takes: 1 for grey, 3 for colour; images are converted.</param>
/// <param name="ChannelMean">What is subtracted of each channel, on the scale 0 to 1: as a rule the mean of the training images.</param>
/// <param name="ChannelStandardDeviation">What it is then divided by: as a rule their standard deviation.</param>
internal sealed record RunData(
    string Source,
    string Fingerprint,
    int TrainCount,
    int ProbeCount,
    int TestCount,
    int ClassCount,
    int ImageSize,
    int Channels,
    IReadOnlyList<double> ChannelMean,
    IReadOnlyList<double> ChannelStandardDeviation)
{
    /// <summary>What pixels are normalised with before they enter the encoder.</summary>
    /// <returns>As many means and deviations as <see cref="Channels"/>.</returns>
    public ChannelStatistics Statistics() =>
        new([.. ChannelMean.Select(x => (float)x)], [.. ChannelStandardDeviation.Select(x => (float)x)]);
}
