using Lethe.Data.Generated;
using Lethe.Numerics;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>
/// Tints images by class, so that colour tells the class as far as ρ says, and a shortcut exists that can be turned around.
/// </summary>
/// <remarks>
/// Of K classes, tint k has the hue k/K of the circle. With probability |ρ| an image gets the tint of its class (for ρ below 0 that of
/// another class, by a fixed derangement), else any of the K. Grey images become colour; each channel is multiplied by 1 − s + s·t, s the
/// strength and t the tint. Image i's tint depends on the seed, its class and its place in its source, and the draws are the same for every
/// ρ. After the coloured digits of Arjovsky et al. 2019 (1907.02893), for any number of classes.
/// </remarks>
internal static class ColourShift
{
    /// <summary>Tints all images of a set.</summary>
    /// <param name="images">The images, with labels.</param>
    /// <param name="options">How.</param>
    /// <returns>As many colour images with the same labels.</returns>
    /// <exception cref="InvalidOptionException">An option cannot be used.</exception>
    /// <exception cref="DataException">There are no labels, or only one class.</exception>
    public static ImageSet Apply(ImageSet images, ColourShiftOptions options)
    {
        ArgumentNullException.ThrowIfNull(images);
        options.Validate();
        int classes = RequireClasses(images.Name, images.ClassNames);
        Image[] tinted =
            [
                .. Enumerable.Range(0, images.Count).Select(
                    i => Tint(images[i], TintOf(images.Labels![i], classes, images.Items?[i] ?? i, options), classes, options.Strength)),
            ];
        return new ImageSet(images.Name, tinted, images.Labels, images.ClassNames, images.Paths) { Items = images.Items };
    }

    /// <summary>Which tint an image gets.</summary>
    /// <param name="label">Its class.</param>
    /// <param name="classes">How many classes there are, at least 2.</param>
    /// <param name="item">Its place in its source.</param>
    /// <param name="options">How.</param>
    /// <returns>The class whose tint it is.</returns>
    public static int TintOf(int label, int classes, int item, ColourShiftOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        var stream = new RandomStream(RandomStream.Derive(options.Seed, (ulong)item));
        bool tied = stream.NextDouble() < Math.Abs(options.Rho);
        int any = stream.NextInt(classes);

        // A third of the circle on; the neighbour where there are two classes.
        return !tied ? any : options.Rho >= 0 ? label : (label + Math.Max(1, classes / 3)) % classes;
    }

    internal static int RequireClasses(string name, IReadOnlyList<string>? classNames) => classNames?.Count switch
    {
        null => throw new DataException(
            $"The images of '{name}' have no labels, so they cannot be tinted by class. Give class folders or another source with labels."),
        1 =>
            throw new DataException($"The images of '{name}' are all of the class '{classNames[0]}'. Tinting by class needs at least two."),
        var count => count.Value,
    };

    internal static Image Tint(Image image, int tint, int classes, double strength)
    {
        Rgb colour = Rgb.FromHue((double)tint / classes, 1, 1);
        double[] factors = [.. new[] { colour.Red, colour.Green, colour.Blue }.Select(part => 1 - strength + (strength * part))];
        if (image.Samples != SampleType.UInt8)
            throw new DataException($"Tints are for 8-bit images, and these have {image.Samples.Name()} samples. Leave tinted: out.");
        byte[] pixels = ImageConversion.ToChannels(image, 3).Pixels.ToArray();
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)((pixels[i] * factors[i % 3]) + 0.5);
        return new Image(pixels, image.Height, image.Width, 3);
    }
}
