namespace Lethe.Runs;

/// <summary>The images that a run used, so that another run can be shown to have used the same.</summary>
/// <param name="Source">Name of the source, as the user gave it.</param>
/// <param name="Fingerprint">Fingerprint of pixels, labels and division, in hexadecimal.</param>
/// <param name="TrainCount">Images trained on, without labels.</param>
/// <param name="ProbeCount">Images that probes were fitted with.</param>
/// <param name="TestCount">Images that were measured with.</param>
/// <param name="ClassCount">Number of classes; 0 where the source has no labels.</param>
/// <param name="ImageSize">Height and width of a view, in pixels.</param>
/// <param name="Channels">1 for grey, 3 for colour.</param>
/// <param name="ChannelMean">Mean of each channel of the training images, on the scale 0 to 1.</param>
/// <param name="ChannelStandardDeviation">Standard deviation of each channel of the training images, on the scale 0 to 1.</param>
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
    IReadOnlyList<double> ChannelStandardDeviation);
