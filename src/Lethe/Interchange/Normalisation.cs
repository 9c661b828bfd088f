using System.Globalization;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Interchange;

/// <summary>What pixels are normalised with, as <c>--normalisation</c> asks for it.</summary>
internal static class Normalisation
{
    public const string Auto = "auto";
    public const string OfData = "data";
    public const string ImageNet = "imagenet";

    private const string AsStated = "as the weights say";

    // The constants of torchvision's transforms, which published encoders were trained with.
    private static readonly ChannelStatistics published = new([0.485f, 0.456f, 0.406f], [0.229f, 0.224f, 0.225f]);

    /// <summary>Finds the statistics, and says where they are from.</summary>
    /// <param name="asked">The option.</param>
    /// <param name="stated">What came with the weights; null where they say nothing.</param>
    /// <param name="foreign">Whether the weights are from elsewhere.</param>
    /// <param name="images">The training images; null where there are none.</param>
    /// <param name="channels">Channels that the encoder takes.</param>
    /// <returns>Means and deviations of each channel, and a clause that says where they are from, to follow "normalised".</returns>
    /// <exception cref="InvalidOptionException">They cannot be had, or do not fit the channels.</exception>
    public static (ChannelStatistics Statistics, string Source) Find(
        string asked, ChannelStatistics? stated, bool foreign, ImageSet? images, int channels)
    {
        (ChannelStatistics statistics, string source) = Choose(asked, stated, foreign, images, channels);

        // The range is the images', unless the statistics came with one.
        bool hasRange = source == AsStated && (!foreign || !statistics.Range.IsOfBytes);
        return (images is null || hasRange ? statistics : statistics with { Range = images.Range }, source);
    }

    private static (ChannelStatistics Statistics, string Source) Choose(
        string asked, ChannelStatistics? stated, bool foreign, ImageSet? images, int channels)
    {
        switch (asked)
        {
            case Auto when stated is not null:
                return (Fitting(stated, channels, "what came with the weights"), AsStated);
            case Auto when foreign && channels == 3:
                return (published, "with ImageNet's statistics, since the weights do not say; --normalisation chooses others");
            case Auto or OfData when images is not null:
                return (OfImages(images, channels), "with the statistics of the training images");
            case Auto or OfData:
                throw new InvalidOptionException(
                    $"--normalisation {asked}: the weights say nothing of it, and there are no images to measure. Give --data, or "
                    + "--normalisation with numbers, as 0.5/0.25.");
            case ImageNet:
                return (Fitting(published, channels, "--normalisation imagenet"), "with ImageNet's statistics");
            default:
                return (Fitting(Parse(asked), channels, "--normalisation"), "as --normalisation says");
        }
    }

    /// <summary>Mean and deviation of images as an encoder sees them: colour enters a grey one as its luma.</summary>
    /// <param name="images">The images; at least one.</param>
    /// <param name="channels">Channels that the encoder takes.</param>
    /// <returns>As many numbers as channels.</returns>
    public static ChannelStatistics OfImages(ImageSet images, int channels)
    {
        ChannelStatistics measured = ChannelStatistics.Measure(images.Channels == 3 && channels == 1 ? Grey(images) : images);
        return measured.Mean.Count == channels
            ? measured
            : Repeated(measured, channels);
    }

    private static ChannelStatistics Repeated(ChannelStatistics one, int channels) => one with
    {
        Mean = [.. Enumerable.Repeat(one.Mean[0], channels)],
        StandardDeviation = [.. Enumerable.Repeat(one.StandardDeviation[0], channels)],
    };

    private static ImageSet Grey(ImageSet images) =>
        new("grey", [.. Enumerable.Range(0, images.Count).Select(i => ImageConversion.ToChannels(images[i], 1))])
        {
            Range = images.Range,
        };

    private static ChannelStatistics Fitting(ChannelStatistics statistics, int channels, string source) =>
        statistics.Mean.Count == channels ? statistics
        : statistics.Mean.Count == 1 ? Repeated(statistics, channels)
        : throw new InvalidOptionException(
            $"{source} has {statistics.Mean.Count} channels, but the encoder takes {channels}. Use --normalisation data, or give "
            + $"{channels} means and {channels} deviations.");

    private static ChannelStatistics Parse(string text)
    {
        float[][] parts = [.. text.Split('/').Select(part => part.Split(',').Select(Number).ToArray())];
        bool usable = parts.Length == 2 && parts[0].Length == parts[1].Length && parts.All(part => part.All(float.IsFinite))
            && parts[1].All(deviation => deviation > 0);
        return usable
            ? new ChannelStatistics(parts[0], parts[1])
            : throw new InvalidOptionException(
                $"--normalisation '{text}' is not understood. Use auto, data, imagenet, or means and deviations on the scale 0 to 1, as "
                + "0.485,0.456,0.406/0.229,0.224,0.225.");
    }

    private static float Number(string text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) ? number : float.NaN;
}
