using Lethe.Augmentation;
using Lethe.Data;

namespace Lethe.Interchange;

/// <summary>Images to verify an export on: as bytes of the size and the channels that the encoder takes.</summary>
/// <param name="Set">The images, at least two.</param>
/// <param name="From">Where they came from, in words.</param>
internal sealed record ExportImages(ImageSet Set, string From)
{
    /// <summary>Brings images to an encoder's size by Lethe's own resizing.</summary>
    /// <param name="images">The images, of any sizes.</param>
    /// <param name="from">Where they came from, in words.</param>
    /// <param name="source">The encoder.</param>
    /// <param name="count">At most so many are used.</param>
    public static ExportImages Of(ImageSet images, string from, ExportSource source, int count)
    {
        (int size, int channels) = (source.Network.ImageSize, source.Network.InputChannels);

        // With statistics that keep the scale 0 to 1.
        var augmenter = new ViewAugmenter(
            source.Views, size, channels,
            new ChannelStatistics(new float[channels], [.. Enumerable.Repeat(1f, channels)]) { Range = source.Statistics.Range });
        float[] values = new float[augmenter.Length];
        var prepared = new Image[Math.Min(count, images.Count)];
        for (int i = 0; i < prepared.Length; i++)
        {
            augmenter.RenderPlain(ImageConversion.ToChannels(images[i], channels), values);
            prepared[i] = new Image(
                Array.ConvertAll(values, value => (byte)Math.Clamp(MathF.Round(255 * value), 0, 255)), size, size, channels);
        }

        return new ExportImages(new ImageSet("verification", prepared), from);
    }
}
