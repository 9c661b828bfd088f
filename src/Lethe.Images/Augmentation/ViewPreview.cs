using Lethe.Data;

namespace Lethe.Augmentation;

/// <summary>
/// Views as images that a person can look at: what the encoder sees, with the normalisation undone and the range of intensities from black
/// to white. Of bands the first three are red, green and blue; two are shown as their mean.
/// </summary>
internal static class ViewPreview
{
    /// <summary>A random view: the one that <see cref="ViewAugmenter.Render"/> makes of the seed.</summary>
    /// <param name="augmenter">Renders the view.</param>
    /// <param name="image">The image.</param>
    /// <param name="seed">The seed of the view.</param>
    /// <returns>Size · Size pixels, always red, green, blue.</returns>
    public static Image Random(ViewAugmenter augmenter, in Image image, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(augmenter);
        float[] values = new float[augmenter.Length];
        augmenter.Render(image, seed, values);
        return Denormalise(augmenter, values);
    }

    /// <summary>The view to evaluate with: the one that <see cref="ViewAugmenter.RenderPlain"/> makes.</summary>
    /// <param name="augmenter">Renders the view.</param>
    /// <param name="image">The image.</param>
    /// <returns>Size · Size pixels, always red, green, blue.</returns>
    public static Image Plain(ViewAugmenter augmenter, in Image image)
    {
        ArgumentNullException.ThrowIfNull(augmenter);
        float[] values = new float[augmenter.Length];
        augmenter.RenderPlain(image, values);
        return Denormalise(augmenter, values);
    }

    private static Image Denormalise(ViewAugmenter augmenter, float[] values)
    {
        int channels = augmenter.Channels;
        byte[] pixels = new byte[augmenter.Size * augmenter.Size * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            float value = channels == 2 ? (Value(i / 3 * 2, 0) + Value(i / 3 * 2, 1)) / 2
                : channels == 1 ? Value(i / 3, 0) : Value(i / 3 * channels, i % 3);
            pixels[i] = (byte)Math.Clamp(MathF.Round(255 * value), 0, 255);
        }

        return new Image(pixels, augmenter.Size, augmenter.Size, 3);

        float Value(int pixel, int c) => values[pixel + c] * augmenter.Statistics.StandardDeviation[c] + augmenter.Statistics.Mean[c];
    }
}
