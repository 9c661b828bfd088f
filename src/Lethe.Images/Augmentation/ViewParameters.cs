using Lethe.Numerics;

namespace Lethe.Augmentation;

/// <summary>All that is random about one view, drawn before any pixel is touched.</summary>
/// <param name="Top">First row of the crop, in pixels of the image.</param>
/// <param name="Left">First column of the crop.</param>
/// <param name="Height">Rows of the crop; at least 1.</param>
/// <param name="Width">Columns of the crop; at least 1.</param>
internal readonly record struct ViewParameters(int Top, int Left, int Height, int Width)
{
    private const int CropAttempts = 10; // torchvision's

    public bool Flip { get; init; }

    public bool Jitter { get; init; }

    /// <summary>Four times two bits: the <see cref="JitterStep"/> that comes first is in the lowest.</summary>
    public int JitterOrder { get; init; }

    public float Brightness { get; init; }

    public float Contrast { get; init; }

    public float Saturation { get; init; }

    /// <summary>Fraction of the circle of hues.</summary>
    public float Hue { get; init; }

    public bool Grey { get; init; }

    public bool Blur { get; init; }

    public double BlurSigma { get; init; }

    public bool Solarise { get; init; }

    /// <summary>The step that comes at a place of the order.</summary>
    /// <param name="place">0 to 3.</param>
    public JitterStep StepAt(int place) => (JitterStep)((JitterOrder >> (2 * place)) & 3);

    /// <summary>Draws the parameters of a view.</summary>
    /// <param name="options">What may happen.</param>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="seed">The seed of the view.</param>
    /// <returns>The parameters.</returns>
    public static ViewParameters Draw(AugmentationOptions options, int height, int width, ulong seed)
    {
        // Each decision takes its numbers whether it applies or not, and the crop, which may try several times, comes last:
        // turning one step off leaves the other decisions of a seed as they were.
        var random = new RandomStream(seed);
        bool flip = random.NextDouble() < options.FlipProbability;
        bool jitter = random.NextDouble() < options.JitterProbability;
        float brightness = Factor(ref random, options.Brightness);
        float contrast = Factor(ref random, options.Contrast);
        float saturation = Factor(ref random, options.Saturation);
        float hue = (float)random.NextDouble(-options.Hue, options.Hue);
        Span<int> steps = [0, 1, 2, 3];
        random.Shuffle(steps);
        bool grey = random.NextDouble() < options.GreyProbability;
        bool blur = random.NextDouble() < (options.BlurProbability ?? 0);
        double sigma = random.NextDouble(options.BlurSigmaMinimum, options.BlurSigmaMaximum);
        bool solarise = random.NextDouble() < options.SolariseProbability;
        return DrawCrop(options, height, width, ref random) with
        {
            Flip = flip,
            Jitter = jitter,
            JitterOrder = steps[0] | (steps[1] << 2) | (steps[2] << 4) | (steps[3] << 6),
            Brightness = brightness,
            Contrast = contrast,
            Saturation = saturation,
            Hue = hue,
            Grey = grey,
            Blur = blur,
            BlurSigma = sigma,
            Solarise = solarise,
        };
    }

    private static float Factor(ref RandomStream random, double strength) =>
        (float)random.NextDouble(Math.Max(0, 1 - strength), 1 + strength);

    // As torchvision's RandomResizedCrop: area uniform, aspect ratio uniform in its logarithm; where ten attempts do not fit into the
    // image, its central part, as large as the aspect ratio allows.
    private static ViewParameters DrawCrop(AugmentationOptions options, int height, int width, ref RandomStream random)
    {
        double area = (double)height * width;
        double lowest = Math.Log(options.AspectRatioMinimum), highest = Math.Log(options.AspectRatioMaximum);
        for (int attempt = 0; attempt < CropAttempts; attempt++)
        {
            double target = area * random.NextDouble(options.CropScaleMinimum, options.CropScaleMaximum);
            double aspect = Math.Exp(random.NextDouble(lowest, highest));
            int w = (int)Math.Round(Math.Sqrt(target * aspect));
            int h = (int)Math.Round(Math.Sqrt(target / aspect));
            if (w > 0 && w <= width && h > 0 && h <= height)
            {
                int top = random.NextInt(height - h + 1);
                return new ViewParameters(top, random.NextInt(width - w + 1), h, w);
            }
        }

        double ratio = (double)width / height;
        int centralWidth = ratio > options.AspectRatioMaximum ? Math.Max(1, (int)Math.Round(height * options.AspectRatioMaximum)) : width;
        int centralHeight = ratio < options.AspectRatioMinimum ? Math.Max(1, (int)Math.Round(width / options.AspectRatioMinimum)) : height;
        return new ViewParameters((height - centralHeight) / 2, (width - centralWidth) / 2, centralHeight, centralWidth);
    }
}
