using Lethe.Data;

namespace Lethe.Augmentation;

/// <summary>Views as images that a person can look at: what the encoder sees, with the normalisation undone.</summary>
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

    private static Image Denormalise(ViewAugmenter augmenter, ReadOnlySpan<float> values)
    {
        int channels = augmenter.Channels;
        byte[] pixels = new byte[augmenter.Size * augmenter.Size * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            int c = channels == 1 ? 0 : i % 3;
            float value = values[i / 3 * channels + c] * augmenter.Statistics.StandardDeviation[c] + augmenter.Statistics.Mean[c];
            pixels[i] = (byte)Math.Clamp(MathF.Round(255 * value), 0, 255);
        }

        return new Image(pixels, augmenter.Size, augmenter.Size, 3);
    }
}
