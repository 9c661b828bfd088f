using Lethe.Augmentation;
using Lethe.Data;

namespace Lethe.Runs;

/// <summary>The images that a run used, so that another run can be shown to have used the same.</summary>
/// <param name="Source">Name of the source, as the user gave it.</param>
/// <param name="Fingerprint">Fingerprint of pixels, labels and division, in hexadecimal.</param>
/// <param name="TrainCount">Images trained on, without labels.</param>
/// <param name="ProbeCount">Images that probes were fitted with.</param>
/// <param name="TestCount">Images that were measured with.</param>
/// <param name="ClassCount">Number of classes; 0 where the source has no labels.</param>
/// <param name="ImageSize">Height and width of a view, in pixels.</param>
/// <param name="Channels">Channels that the encoder takes: 1 for grey, 3 for colour, else bands; images are converted.</param>
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
    /// <summary>The type of the samples that <see cref="Range"/> is of: uint8, uint16 or float32; null for uint8.</summary>
    public string? Samples { get; init; }

    /// <summary>Which samples are black and white, two numbers; null for 0 and 255.</summary>
    public IReadOnlyList<double>? Range { get; init; }

    /// <summary>What pixels are normalised with before they enter the encoder.</summary>
    /// <returns>As many means and deviations as <see cref="Channels"/>.</returns>
    public ChannelStatistics Statistics() =>
        new([.. ChannelMean.Select(x => (float)x)], [.. ChannelStandardDeviation.Select(x => (float)x)])
        {
            Range = Range is [var low, var high] && low < high && Enum.TryParse(Samples, ignoreCase: true, out SampleType type)
                ? new IntensityRange((float)low, (float)high, type)
                : IntensityRange.Bytes,
        };

    /// <summary>The same record with what statistics say of intensities.</summary>
    public RunData Within(IntensityRange range) => this with
    {
        Samples = range.Samples.ToString().ToLowerInvariant(), Range = [range.Low, range.High],
    };
}
