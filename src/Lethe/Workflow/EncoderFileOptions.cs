using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>An encoder from elsewhere.</summary>
internal sealed record EncoderFileOptions : OptionRecord
{
    /// <summary>A safetensors file of a ResNet with torchvision's names, in place of a run.</summary>
    public string? Encoder { get; init; }

    /// <summary>
    /// What images are normalised with before they enter an encoder from a file: data (mean and deviation of the training part of --data)
    /// or imagenet (torchvision's constants).
    /// </summary>
    [OneOf("data", "imagenet")]
    public string Normalisation { get; init; } = "data";

    /// <summary>What images are normalised with.</summary>
    /// <param name="images">The training part of the encoder's data set.</param>
    /// <param name="channels">Channels that the encoder takes.</param>
    /// <returns>As many means and deviations as there are channels.</returns>
    /// <exception cref="InvalidOptionException">ImageNet's constants were asked for a grey encoder.</exception>
    public ChannelStatistics Statistics(ImageSet images, int channels)
    {
        if (Normalisation == "imagenet")
        {
            return channels == 3
                ? new ChannelStatistics([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f])
                : throw new InvalidOptionException(
                    "--normalisation imagenet has three channels, but the encoder takes one. Use --normalisation data.");
        }

        ChannelStatistics measured = ChannelStatistics.Measure(images.Channels == 3 && channels == 1 ? Grey(images) : images);
        return measured.Mean.Count == channels
            ? measured
            : new ChannelStatistics(
                [.. Enumerable.Repeat(measured.Mean[0], channels)], [.. Enumerable.Repeat(measured.StandardDeviation[0], channels)]);
    }

    private static ImageSet Grey(ImageSet images) =>
        new("grey", [.. Enumerable.Range(0, images.Count).Select(i => ImageDecoder.ToChannels(images[i], 1))]);
}
