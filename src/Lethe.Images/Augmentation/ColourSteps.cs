using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lethe.Augmentation;

/// <summary>
/// The colour steps, by torchvision's definitions on values 0 to 255: a step mixes the image with black (brightness), with its mean luma
/// (contrast) or with its luma (saturation, grey), or turns the hue in HSV, and clips. PIL rounds to bytes after each step, and so does
/// torchvision on images; here the values stay floats until the end.
/// </summary>
internal static class ColourSteps
{
    // ITU-R BT.601.
    private const float Red = 0.299f, Green = 0.587f, Blue = 0.114f;

    /// <summary>value ← clip(value).</summary>
    public static void Clip(ViewCanvas canvas)
    {
        foreach (ref Vector256<float> value in canvas.Values)
            value = Clip(value);
    }

    /// <summary>value ← clip(factor · value).</summary>
    public static void Brightness(ViewCanvas canvas, float factor)
    {
        foreach (ref Vector256<float> value in canvas.Values)
            value = Clip(value * factor);
    }

    /// <summary>value ← clip(factor · value + (1 − factor) · mean luma of the view); of bands, their mean.</summary>
    public static void Contrast(ViewCanvas canvas, float factor)
    {
        Vector256<float> grey = Vector256.Create((1 - factor) * MeanLuma(canvas));
        foreach (ref Vector256<float> value in canvas.Values)
            value = Clip(value * factor + grey);
    }

    /// <summary>value ← clip(factor · value + (1 − factor) · luma of the pixel); with factor 0, grey. Three channels.</summary>
    public static void Saturation(ViewCanvas canvas, float factor)
    {
        int stride = canvas.Stride;
        for (Span<Vector256<float>> rest = canvas.Values; !rest.IsEmpty; rest = rest[(3 * stride)..])
        {
            Span<Vector256<float>> reds = rest[..stride], greens = rest.Slice(stride, stride), blues = rest.Slice(2 * stride, stride);
            for (int i = 0; i < reds.Length; i++)
            {
                Vector256<float> grey = (1 - factor) * Luma(reds[i], greens[i], blues[i]);
                reds[i] = Clip(reds[i] * factor + grey);
                greens[i] = Clip(greens[i] * factor + grey);
                blues[i] = Clip(blues[i] * factor + grey);
            }
        }
    }

    /// <summary>Turns the hue by a fraction of the circle, keeping HSV's saturation and value. Three channels.</summary>
    /// <remarks>
    /// A channel of a colour of value v, chroma d and hue h, a fraction of the circle, is v − d · clip(2 − 6t, 0, 1), t the distance of h
    /// from the complement of that channel (cyan ½, magenta 5/6, yellow 1/6) around the circle, at most ½.
    /// </remarks>
    public static void Hue(ViewCanvas canvas, float fraction)
    {
        int stride = canvas.Stride;
        Vector256<float> tiny = Vector256.Create(1e-20f);
        Vector256<float> ofRed = Vector256.Create(fraction), ofGreen = Vector256.Create(fraction + 1 / 3f),
            ofBlue = Vector256.Create(fraction + 2 / 3f);
        for (Span<Vector256<float>> rest = canvas.Values; !rest.IsEmpty; rest = rest[(3 * stride)..])
        {
            Span<Vector256<float>> reds = rest[..stride], greens = rest.Slice(stride, stride), blues = rest.Slice(2 * stride, stride);
            for (int i = 0; i < reds.Length; i++)
            {
                Vector256<float> r = reds[i], g = greens[i], b = blues[i];
                Vector256<float> value = Vector256.MaxNative(r, Vector256.MaxNative(g, b));
                Vector256<float> chroma = value - Vector256.MinNative(r, Vector256.MinNative(g, b));

                // The hue counts from the largest channel's. A grey pixel has differences of 0, so that any divisor will do.
                Vector256<float> redLeads = Vector256.Equals(value, r), greenLeads = Vector256.Equals(value, g);
                Vector256<float> difference = Vector256.ConditionalSelect(
                    redLeads, g - b, Vector256.ConditionalSelect(greenLeads, b - r, r - g));
                Vector256<float> leader = Vector256.ConditionalSelect(
                    redLeads, ofRed, Vector256.ConditionalSelect(greenLeads, ofGreen, ofBlue));
                Vector256<float> hue = leader + difference / (6 * Vector256.MaxNative(chroma, tiny));
                Vector256<float> twice = chroma + chroma, sixfold = 6 * chroma;
                reds[i] = value - Lack(hue - Vector256.Create(1 / 2f), chroma, twice, sixfold);
                greens[i] = value - Lack(hue - Vector256.Create(5 / 6f), chroma, twice, sixfold);
                blues[i] = value - Lack(hue - Vector256.Create(1 / 6f), chroma, twice, sixfold);
            }
        }
    }

    /// <summary>value ← 255 − value where value ≥ 128.</summary>
    public static void Solarise(ViewCanvas canvas)
    {
        foreach (ref Vector256<float> value in canvas.Values)
            value = Vector256.ConditionalSelect(
                Vector256.GreaterThanOrEqual(value, Vector256.Create(128f)), Vector256.Create(255f) - value, value);
    }

    /// <summary>Makes three channels one, in place.</summary>
    /// <param name="canvas">Three channels.</param>
    /// <returns>The same memory as a canvas of one channel: the luma.</returns>
    public static ViewCanvas ToLuma(ViewCanvas canvas)
    {
        var grey = new ViewCanvas(canvas.Values[..(canvas.Size * canvas.Stride)], canvas.Size, 1);
        for (int column = 0; column < canvas.Size; column++)
        {
            Span<Vector256<float>> to = grey.Line(column);
            Span<Vector256<float>> reds = canvas.Line(3 * column), greens = canvas.Line(3 * column + 1),
                blues = canvas.Line(3 * column + 2);
            for (int i = 0; i < to.Length; i++)
                to[i] = Luma(reds[i], greens[i], blues[i]);
        }

        return grey;
    }

    private static float MeanLuma(ViewCanvas canvas)
    {
        Vector256<float> sum = Vector256<float>.Zero;
        if (canvas.Channels != 3)
        {
            foreach (Vector256<float> value in canvas.Values)
                sum += value;
        }
        else
        {
            int stride = canvas.Stride;
            for (ReadOnlySpan<Vector256<float>> rest = canvas.Values; !rest.IsEmpty; rest = rest[(3 * stride)..])
            {
                for (int i = 0; i < stride; i++)
                    sum += Luma(rest[i], rest[stride + i], rest[2 * stride + i]);
            }
        }

        return Vector256.Sum(sum) / (canvas.Size * canvas.Size * (canvas.Channels == 3 ? 1 : canvas.Channels));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Luma(Vector256<float> r, Vector256<float> g, Vector256<float> b) => r * Red + g * Green + b * Blue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Clip(Vector256<float> value) =>
        Vector256.MinNative(Vector256.MaxNative(value, Vector256<float>.Zero), Vector256.Create(255f));

    // By how much a channel is below the value: d · clip(2 − 6t, 0, 1), t the distance of the offset from the nearest whole turn.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Lack(Vector256<float> offset, Vector256<float> chroma, Vector256<float> twice, Vector256<float> sixfold)
    {
        Vector256<float> distance = Vector256.Abs(offset - Vector256.Round(offset));
        return Vector256.MinNative(Vector256.MaxNative(twice - sixfold * distance, Vector256<float>.Zero), chroma);
    }
}
