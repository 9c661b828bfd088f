using Lethe.Numerics;

namespace Lethe.Data;

/// <summary>Labels of which a share is wrong, so that what is learnt of them can only be memorised (Zhang 2017, 1611.03530).</summary>
internal static class LabelNoise
{
    private const ulong Purpose = 0x4E_6F69_7365;

    /// <summary>Draws the labels of some images anew, uniformly from all classes, so that a few stay right by chance.</summary>
    /// <param name="images">Labelled images.</param>
    /// <param name="share">How likely a label is drawn anew, 0 to 1.</param>
    /// <param name="seed">
    /// Decides the draws, each by its image's place in the source: of two sets the same image has the same label.
    /// </param>
    /// <returns>One label for each image.</returns>
    public static int[] Draw(ImageSet images, double share, ulong seed)
    {
        int classes = images.ClassNames!.Count;
        int[] labels = [.. images.Labels!];
        for (int i = 0; i < labels.Length; i++)
        {
            var random = new RandomStream(RandomStream.Derive(seed, Purpose, (ulong)(images.Items?[i] ?? i)));
            if (random.NextDouble() < share)
                labels[i] = random.NextInt(classes);
        }

        return labels;
    }
}
