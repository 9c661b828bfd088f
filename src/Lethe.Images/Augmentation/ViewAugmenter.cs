using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Lethe.Data;
using Lethe.Runtime;

namespace Lethe.Augmentation;

/// <summary>
/// Renders views of images as normalised floats: crop and antialiased resize with the flip, colour jitter in random order, grey, blur,
/// solarise, normalise.
/// </summary>
/// <remarks>
/// <para>
/// The definitions are torchvision's on PIL images (RandomResizedCrop with bilinear or bicubic interpolation, antialiased,
/// RandomHorizontalFlip, ColorJitter, RandomGrayscale, GaussianBlur, RandomSolarize, Normalize). One difference: torchvision rounds to
/// bytes after each step, PIL after each axis of a resize as well; this does not, which moves a value by about one grey level. A bicubic
/// resize is clipped once, after both axes; where PIL clips the overshoot of the first axis before the second, a value beside a strong edge
/// differs by more.
/// </para>
/// <para>
/// A grey image gets crop, flip, brightness, contrast, blur and solarise. Rendered to three channels it is copied into each; a
/// colour image rendered to one channel becomes its luma (ITU-R BT.601) before the colour steps. An image of other channels than 1 and 3
/// gets the steps of a grey one, the same on each band.
/// </para>
/// <para>
/// Samples of other types than bytes, and those with another range of intensities than 0 to 255, are brought to the scale of bytes before
/// anything else, as numbers and not rounded; what lies beyond the range is clipped.
/// </para>
/// <para>
/// A view depends on the image, the options and the seed alone. The order of all sums is fixed and no multiplication is fused with an
/// addition, so that processors agree too. Safe to use from several threads; each has buffers of its own, and rendering allocates nothing
/// once they have grown.
/// </para>
/// </remarks>
internal sealed class ViewAugmenter
{
    /// <summary>The smallest height and width of a view in pixels.</summary>
    public const int SmallestSize = 16;

    /// <summary>The largest.</summary>
    public const int LargestSize = FileReading.LargestView;

    private readonly AugmentationOptions options;
    private readonly int blurRadius;
    private readonly Interpolation interpolation;

    // One number for each value of a row of the view: value · scale + shift normalises it.
    private readonly float[] scale;
    private readonly float[] shift;

    /// <summary>Creates an augmenter.</summary>
    /// <param name="options">What may happen to a view.</param>
    /// <param name="size">Height and width of a view in pixels, 16 to 1024.</param>
    /// <param name="channels">Channels of a view: 1 to 16.</param>
    /// <param name="statistics">Mean and standard deviation to normalise with, one of each for each channel of a view.</param>
    /// <exception cref="InvalidOptionException">An option or the size cannot be used.</exception>
    /// <exception cref="ArgumentException">The channels or the statistics do not fit.</exception>
    public ViewAugmenter(AugmentationOptions options, int size, int channels, ChannelStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(statistics);
        options.Validate();
        options = options.For(size);
        if (size is < SmallestSize or > LargestSize)
            throw new InvalidOptionException($"--image-size must be between {SmallestSize} and {LargestSize}; found {size}.");
        if (channels is < 1 or > Image.MostChannels)
            throw new ArgumentException($"A view has 1 to {Image.MostChannels} channels, found {channels}.", nameof(channels));
        if (statistics.Mean.Count != channels || statistics.StandardDeviation.Count != channels)
            throw new ArgumentException($"Expected statistics of {channels} channels, found {statistics.Mean.Count} means and "
                + $"{statistics.StandardDeviation.Count} deviations.", nameof(statistics));
        if (statistics.StandardDeviation.Any(deviation => !(deviation > 0)))
            throw new ArgumentException("A standard deviation must be positive.", nameof(statistics));
        blurRadius = options.BlurRadius == 0 ? Math.Max(1, size / 20) : options.BlurRadius;
        if (blurRadius >= size)
            throw new InvalidOptionException(
                $"Augmentation: the radius of the blur must be less than the {size} pixels of a view; found {blurRadius}.");
        this.options = options;
        interpolation = options.Filter;
        if (options.LocalViews > 0)
        {
            (AugmentationOptions local, int localSize) = options.Local(size);
            Local = new ViewAugmenter(local, localSize, channels, statistics);
        }

        Size = size;
        Channels = channels;
        Statistics = statistics;
        scale = new float[size * channels];
        shift = new float[size * channels];
        for (int i = 0; i < scale.Length; i++)
        {
            scale[i] = 1 / (255 * statistics.StandardDeviation[i % channels]);
            shift[i] = -statistics.Mean[i % channels] / statistics.StandardDeviation[i % channels];
        }
    }

    /// <summary>Height and width of a view in pixels.</summary>
    public int Size { get; }

    /// <summary>Channels of a view.</summary>
    public int Channels { get; }

    /// <summary>What views are normalised with.</summary>
    public ChannelStatistics Statistics { get; }

    /// <summary>Local views of each image that the options ask for.</summary>
    public int LocalViews => options.LocalViews;

    /// <summary>Renders the local views: smaller, of smaller crops, else alike. Null where the options ask for none.</summary>
    public ViewAugmenter? Local { get; }

    /// <summary>Floats of a view: Size · Size · Channels.</summary>
    public int Length => Size * Size * Channels;

    /// <summary>Renders a random view.</summary>
    /// <param name="image">The image, of any size; grey, colour, or with the channels of a view.</param>
    /// <param name="seed">Decides all that is random.</param>
    /// <param name="destination">[Size, Size, Channels], <see cref="Length"/> floats: (value − mean) / deviation, with values of 0 to 1 in
    /// the range of intensities.</param>
    /// <exception cref="ArgumentException">The image or the destination has another size than it says or should.</exception>
    public void Render(in Image image, ulong seed, Span<float> destination)
    {
        Check(image, destination);
        RenderWith(image, ViewParameters.Draw(options, image.Height, image.Width, seed), destination);
    }

    /// <summary>
    /// Renders the view to evaluate with: the short side resized to Size, the long side in proportion, the centre cut out
    /// (torchvision's Resize and CenterCrop). An image that is Size · Size already keeps its values.
    /// </summary>
    /// <param name="image">The image, of any size; grey, colour, or with the channels of a view.</param>
    /// <param name="destination">[Size, Size, Channels], <see cref="Length"/> floats: (value / 255 − mean) / deviation.</param>
    /// <exception cref="ArgumentException">The image or the destination has another size than it says or should.</exception>
    public void RenderPlain(in Image image, Span<float> destination)
    {
        Check(image, destination);
        ViewScratch scratch = ViewScratch.OfThread;
        int shortSide = Math.Min(image.Height, image.Width);
        ComputeCentre(scratch.Rows, image.Height);
        ComputeCentre(scratch.Columns, image.Width);
        ViewCanvas canvas = Resample(image, scratch);
        Write(canvas, scratch, destination);

        void ComputeCentre(ResampleAxis axis, int length)
        {
            int resized = (int)((long)Size * length / shortSide);
            axis.Compute(interpolation, 0, length, resized, (int)Math.Round((resized - Size) / 2.0), Size, mirrored: false);
        }
    }

    internal void RenderWith(in Image image, in ViewParameters view, Span<float> destination)
    {
        ViewScratch scratch = ViewScratch.OfThread;
        scratch.Rows.Compute(interpolation, view.Top, view.Height, Size, 0, Size, mirrored: false);
        scratch.Columns.Compute(interpolation, view.Left, view.Width, Size, 0, Size, view.Flip);
        ViewCanvas canvas = Resample(image, scratch);
        if (view.Jitter)
            Jitter(canvas, view);
        if (view.Grey && canvas.Channels == 3)
            ColourSteps.Saturation(canvas, 0);
        if (view.Blur)
            GaussianBlur.Apply(canvas, view.BlurSigma, blurRadius, scratch);
        if (view.Solarise)
            ColourSteps.Solarise(canvas);
        Write(canvas, scratch, destination);
    }

    // A cubic filter leaves the range of bytes at edges; a mean does not.
    private ViewCanvas Resample(in Image image, ViewScratch scratch)
    {
        ViewCanvas canvas = Resampler.Resample(image, Statistics.Range, scratch, Size);
        if (interpolation == Interpolation.Bicubic)
            ColourSteps.Clip(canvas);
        return canvas.Channels == 3 && Channels == 1 ? ColourSteps.ToLuma(canvas) : canvas;
    }

    private void Jitter(ViewCanvas canvas, in ViewParameters view)
    {
        for (int place = 0; place < 4; place++)
        {
            switch (view.StepAt(place))
            {
                case JitterStep.Brightness when options.Brightness > 0:
                    ColourSteps.Brightness(canvas, view.Brightness);
                    break;
                case JitterStep.Contrast when options.Contrast > 0:
                    ColourSteps.Contrast(canvas, view.Contrast);
                    break;
                case JitterStep.Saturation when options.Saturation > 0 && canvas.Channels == 3:
                    ColourSteps.Saturation(canvas, view.Saturation);
                    break;
                case JitterStep.Hue when options.Hue > 0 && canvas.Channels == 3:
                    ColourSteps.Hue(canvas, view.Hue);
                    break;
            }
        }
    }

    /// <summary>Makes sure that images can enter.</summary>
    /// <param name="images">The images.</param>
    /// <exception cref="DataException">They have other channels, or numbers where levels are expected or the reverse.</exception>
    public void Require(ImageSet images)
    {
        if (images.Count == 0)
            return;
        if (images.Channels != Channels && (images.Channels, Channels) is not ((1, 3) or (3, 1)))
        {
            throw new DataException(
                $"The images of '{images.Name}' have {ImageConversion.Counted(images.Channels)}, but the encoder takes {Channels}. Give it "
                + "images like those that it was trained on.");
        }

        IntensityRange range = Statistics.Range;
        if ((images.Samples == SampleType.Float32) != (range.Samples == SampleType.Float32) && !range.IsOfType)
        {
            throw new DataException(
                $"The images of '{images.Name}' have {images.Samples.Name()} samples, but the encoder takes "
                + $"{range.Samples.Name()} ones from {range}. Give it images like those that it was trained on.");
        }
    }

    private void Check(in Image image, Span<float> destination)
    {
        if ((image.Channels != Channels && (image.Channels, Channels) is not ((1, 3) or (3, 1))) || image.Height < 1 || image.Width < 1
            || image.Pixels.Length != (long)image.Height * image.Width * image.PixelBytes)
        {
            throw new ArgumentException(
                $"Expected Height · Width · Channels {image.Samples.Name()} samples for views of {Channels} channels, found "
                + $"{image.Pixels.Length} bytes for {image.Height} · {image.Width} · {image.Channels}.", nameof(image));
        }

        if (destination.Length != Length)
            throw new ArgumentException(
                $"Expected room for {Size} · {Size} · {Channels} = {Length} floats, found {destination.Length}.", nameof(destination));
    }

    // Transposes the canvas to [row, column, channel] and normalises.
    private void Write(ViewCanvas canvas, ViewScratch scratch, Span<float> destination)
    {
        if (canvas.Channels < Channels)
            canvas = Replicate(canvas, scratch);
        int lines = Size * Channels, stride = canvas.Stride;
        for (int block = 0; block < stride; block++)
        {
            int row = block * ViewCanvas.Lanes;
            int rows = Math.Min(ViewCanvas.Lanes, Size - row);
            for (int line = 0; line < lines; line += ViewCanvas.Lanes)
            {
                line = Math.Min(line, lines - ViewCanvas.Lanes); // the last block overlaps the one before it
                ReadOnlySpan<Vector256<float>> from = canvas.Values.Slice(line * stride + block, 7 * stride + 1);
                Vector256<float> a = from[0], b = from[stride], c = from[2 * stride], d = from[3 * stride];
                Vector256<float> e = from[4 * stride], f = from[5 * stride], g = from[6 * stride], h = from[7 * stride];
                Transposition.Transpose(ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
                Vector256<float> times = Vector256.Create(scale.AsSpan(line)), plus = Vector256.Create(shift.AsSpan(line));
                ref float to = ref MemoryMarshal.GetReference(destination.Slice(row * lines + line, (rows - 1) * lines + ViewCanvas.Lanes));
                (a * times + plus).StoreUnsafe(ref to);
                if (rows > 1) (b * times + plus).StoreUnsafe(ref to, (nuint)lines);
                if (rows > 2) (c * times + plus).StoreUnsafe(ref to, (nuint)(2 * lines));
                if (rows > 3) (d * times + plus).StoreUnsafe(ref to, (nuint)(3 * lines));
                if (rows > 4) (e * times + plus).StoreUnsafe(ref to, (nuint)(4 * lines));
                if (rows > 5) (f * times + plus).StoreUnsafe(ref to, (nuint)(5 * lines));
                if (rows > 6) (g * times + plus).StoreUnsafe(ref to, (nuint)(6 * lines));
                if (rows > 7) (h * times + plus).StoreUnsafe(ref to, (nuint)(7 * lines));
            }
        }
    }

    // Grey into each of the channels.
    private ViewCanvas Replicate(ViewCanvas grey, ViewScratch scratch)
    {
        var canvas = new ViewCanvas(scratch.Blurred(Size * Channels * grey.Stride), Size, Channels);
        for (int line = 0; line < Size * Channels; line++)
            grey.Line(line / Channels).CopyTo(canvas.Line(line));
        return canvas;
    }
}
