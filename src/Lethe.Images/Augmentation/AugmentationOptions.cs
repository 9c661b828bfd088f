using Lethe.Runtime;

namespace Lethe.Augmentation;

/// <summary>
/// How random views of an image are made. The steps are SimCLR's (Chen et al. 2020, 2002.05709, appendix A), always in this order: crop
/// and resize, flip, colour jitter, grey, blur, solarise, normalise. The defaults suit images of about 32 pixels.
/// </summary>
public sealed record AugmentationOptions : OptionRecord, IConflicting
{
    /// <summary>The size of views from which on they are blurred where nothing is said.</summary>
    internal const int Blurred = 64;

    /// <summary>The names that <see cref="Named"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["simclr", "textures", "weak", "none"];

    /// <summary>
    /// How crops are resized: bilinear, or bicubic, which is sharper and takes longer. Both are antialiased, as PIL resizes; the cubic has
    /// a = −0.5, and what overshoots is clipped.
    /// </summary>
    [OneOf("bilinear", "bicubic")]
    public string Interpolation { get; init; } = "bilinear";

    /// <summary>
    /// Smallest area of a crop, as a fraction of the image's. SimCLR takes 0.08 for large images; 0.2 is usual for small ones.
    /// </summary>
    [Limit(Above = 0, AtMost = 1)]
    public double CropScaleMinimum { get; init; } = 0.2;

    /// <summary>Largest area of a crop, as a fraction of the image's.</summary>
    [Limit(Above = 0, AtMost = 1)]
    public double CropScaleMaximum { get; init; } = 1;

    /// <summary>Smallest width of a crop over its height.</summary>
    [Limit(Above = 0, AtMost = 100)]
    public double AspectRatioMinimum { get; init; } = 3.0 / 4;

    /// <summary>Largest width of a crop over its height.</summary>
    [Limit(Above = 0, AtMost = 100)]
    public double AspectRatioMaximum { get; init; } = 4.0 / 3;

    /// <summary>How often a view is mirrored left to right.</summary>
    [Limit(AtLeast = 0, AtMost = 1)]
    public double FlipProbability { get; init; } = 0.5;

    /// <summary>How often brightness, contrast, saturation and hue change, together, in random order.</summary>
    [Limit(AtLeast = 0, AtMost = 1)]
    public double JitterProbability { get; init; } = 0.8;

    /// <summary>Brightness is multiplied by a factor uniform in [max(0, 1 − x), 1 + x]; 0 leaves it.</summary>
    [Limit(AtLeast = 0, AtMost = 10)]
    public double Brightness { get; init; } = 0.4;

    /// <summary>Contrast is multiplied by a factor uniform in [max(0, 1 − x), 1 + x], about the mean of the view; 0 leaves it.</summary>
    [Limit(AtLeast = 0, AtMost = 10)]
    public double Contrast { get; init; } = 0.4;

    /// <summary>
    /// Saturation is multiplied by a factor uniform in [max(0, 1 − x), 1 + x]; 0 leaves it. No effect on grey or many-band images.
    /// </summary>
    [Limit(AtLeast = 0, AtMost = 10)]
    public double Saturation { get; init; } = 0.4;

    /// <summary>Hue turns by a fraction of the circle uniform in [−x, x]; 0 leaves it. No effect on grey or many-band images.</summary>
    [Limit(AtLeast = 0, AtMost = 0.5)]
    public double Hue { get; init; } = 0.1;

    /// <summary>How often a view turns grey. No effect on grey or many-band images.</summary>
    [Limit(AtLeast = 0, AtMost = 1)]
    public double GreyProbability { get; init; } = 0.2;

    /// <summary>
    /// How often a view is blurred. By default as in SimCLR: 0.5 for large views (64 pixels or more), 0 for small ones.
    /// </summary>
    [Limit(AtLeast = 0, AtMost = 1)]
    public double? BlurProbability { get; init; }

    /// <summary>Smallest standard deviation of the blur, in pixels of the view.</summary>
    [Limit(Above = 0, AtMost = 100, Unit = "pixels")]
    public double BlurSigmaMinimum { get; init; } = 0.1;

    /// <summary>Largest standard deviation of the blur, in pixels of the view.</summary>
    [Limit(Above = 0, AtMost = 100, Unit = "pixels")]
    public double BlurSigmaMaximum { get; init; } = 2;

    /// <summary>
    /// Radius r of the blur in pixels; the kernel has 2r + 1 taps (torchvision's <c>kernel_size</c>), whatever sigma is. 0 takes SimCLR's
    /// tenth of the size of the view, r = max(1, size / 20): 3 taps at 32 pixels, 9 at 96, 23 at 224.
    /// </summary>
    [Limit(AtLeast = 1, Unit = "pixel", Zero = "for a tenth of the view")]
    public int BlurRadius { get; init; }

    /// <summary>
    /// How often values above the middle of the range are inverted (for bytes 255 − value, from 128 on). 0 in SimCLR; BYOL
    /// takes 0.2 for one of its views.
    /// </summary>
    [Limit(AtLeast = 0, AtMost = 1)]
    public double SolariseProbability { get; init; }

    /// <summary>
    /// Small views of each image, of small crops, beside the two full-size ones (multi-crop; Caron 2020, 2006.09882), for methods that take
    /// them.
    /// </summary>
    [Limit(AtLeast = 1, AtMost = 64, Unit = "views", Zero = "for none")]
    public int LocalViews { get; init; }

    /// <summary>Height and width of a local view, at most those of a full-size view; 0 takes half of those, but no less than 16.</summary>
    [Limit(AtLeast = 16, AtMost = 1024, Unit = "pixels", Zero = "for half of a full-size view")]
    public int LocalSize { get; init; }

    /// <summary>Smallest area of a local view's crop, as a fraction of the image's.</summary>
    [Limit(Above = 0, AtMost = 1)]
    public double LocalScaleMinimum { get; init; } = 0.05;

    /// <summary>
    /// Largest area of a local view's crop, as a fraction of the image's. 0.14 is the paper's for large images; 0.3 of 32 pixels are the 17
    /// that a view of 16 can show.
    /// </summary>
    [Limit(Above = 0, AtMost = 1)]
    public double LocalScaleMaximum { get; init; } = 0.3;

    /// <summary>
    /// The augmentation of a name: <c>simclr</c>, the defaults; <c>textures</c>, the same without changes of brightness and colour, by
    /// which surfaces are told apart (docs/results/presets.md); <c>weak</c>, flips and crops of at least three quarters of the area, which
    /// makes views easy to tell apart by instance and so helps to study memorisation; <c>none</c>, the central square as it is.
    /// </summary>
    /// <param name="name">One of <see cref="Names"/>: the value of --augmentation.</param>
    /// <returns>The options.</returns>
    /// <exception cref="InvalidOptionException">The name is not known.</exception>
    public static AugmentationOptions Named(string name) => name switch
    {
        "simclr" => new AugmentationOptions(),
        "textures" => new AugmentationOptions { JitterProbability = 0, GreyProbability = 0 },
        "weak" => Geometric(0.75, 0.5),
        "none" => Geometric(1, 0),
        _ => throw new InvalidOptionException(
            $"--augmentation must be one of {string.Join(", ", Names)}; found '{name}'.{Suggestion.Sentence(name, Names)}"),
    };

    /// <summary>Options with what was left open chosen for views of a size.</summary>
    /// <param name="size">Height and width of a full-size view in pixels.</param>
    /// <returns>Options that leave nothing open.</returns>
    internal AugmentationOptions For(int size) => this with { BlurProbability = BlurProbability ?? (size >= Blurred ? 0.5 : 0) };

    /// <summary>How local views of full-size views of a size are made.</summary>
    /// <param name="size">Height and width of a full-size view in pixels.</param>
    /// <returns>Options whose crops are the local ones, and the size of a local view in pixels.</returns>
    /// <exception cref="InvalidOptionException">Local views would be larger than full-size ones.</exception>
    internal (AugmentationOptions Options, int Size) Local(int size)
    {
        if (LocalSize > size)
            throw new InvalidOptionException($"--local-size {LocalSize} is larger than the full-size views of {size} pixels. Use at most "
                + $"{size}, or raise --image-size.");
        AugmentationOptions local =
            this with { CropScaleMinimum = LocalScaleMinimum, CropScaleMaximum = LocalScaleMaximum, LocalViews = 0, LocalSize = 0 };
        return (local, LocalSize > 0 ? LocalSize : Math.Max(16, size / 2));
    }

    /// <summary>What <see cref="Interpolation"/> names.</summary>
    internal Interpolation Filter => Interpolation == "bicubic" ? Augmentation.Interpolation.Bicubic : Augmentation.Interpolation.Bilinear;

    private static AugmentationOptions Geometric(double cropScaleMinimum, double flipProbability) => new()
    {
        CropScaleMinimum = cropScaleMinimum,
        AspectRatioMinimum = 1,
        AspectRatioMaximum = 1,
        FlipProbability = flipProbability,
        JitterProbability = 0,
        GreyProbability = 0,
        BlurProbability = 0,
    };

    IEnumerable<string> IConflicting.Conflicts()
    {
        (string Name, double Minimum, double Maximum)[] ranges =
        [
            ("crop-scale", CropScaleMinimum, CropScaleMaximum), ("local-scale", LocalScaleMinimum, LocalScaleMaximum),
            ("aspect-ratio", AspectRatioMinimum, AspectRatioMaximum), ("blur-sigma", BlurSigmaMinimum, BlurSigmaMaximum),
        ];
        return ranges.Where(range => range.Minimum > range.Maximum).Select(range =>
            Invariant($"--{range.Name}-minimum must be at most --{range.Name}-maximum ({range.Maximum}), found {range.Minimum}."));
    }
}
