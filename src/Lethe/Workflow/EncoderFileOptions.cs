using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Interchange;
using Lethe.Runtime;

namespace Lethe.Workflow;

/// <summary>An encoder from elsewhere.</summary>
internal sealed record EncoderFileOptions : OptionRecord
{
    /// <summary>
    /// A ResNet from elsewhere, in place of a run: a safetensors, PyTorch (.pth, .pt, .ckpt, .bin) or ONNX file, or a folder of Hugging Face's
    /// or timm's.
    /// </summary>
    public string? Encoder { get; init; }

    /// <summary>
    /// What images are normalised with before they enter an encoder from a file: data (mean and deviation of the training part of --data),
    /// imagenet (torchvision's constants), or auto, which is what the file or its folder says, and data where they say nothing.
    /// </summary>
    [OneOf("auto", "data", "imagenet")]
    public string Normalisation { get; init; } = "auto";

    /// <summary>What images are normalised with.</summary>
    /// <param name="images">The training part of the encoder's data set.</param>
    /// <param name="encoder">The encoder.</param>
    /// <returns>As many means and deviations as there are channels.</returns>
    /// <exception cref="InvalidOptionException">ImageNet's constants were asked for a grey encoder.</exception>
    public ChannelStatistics Statistics(ImageSet images, ForeignEncoder encoder)
    {
        int channels = encoder.InputChannels;
        if (Normalisation == "auto" && encoder.Statistics is { } said)
            return said;
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
