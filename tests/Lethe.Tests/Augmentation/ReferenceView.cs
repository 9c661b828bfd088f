using Lethe.Augmentation;
using Lethe.Data;

namespace Lethe.Tests.Augmentation;

/// <summary>
/// Views straight from the definitions, slowly: double precision, [row, column, channel], 0 to 255, every sum over every pixel.
/// </summary>
internal static class ReferenceView
{
    public static double[,,] Render(Image image, ViewParameters view, AugmentationOptions options, int size, int channels, int blurRadius)
    {
        double[,,] crop = Crop(ToDoubles(image), view.Top, view.Left, view.Height, view.Width);
        double[,,] pixels = Resize(crop, size, size, options.Interpolation == "bicubic");
        if (view.Flip)
            pixels = Mirror(pixels);
        if (image.Channels == 3 && channels == 1)
            pixels = Map(pixels, 1, (p, r, c, _) => Luma(p, r, c));
        if (view.Jitter)
        {
            for (int place = 0; place < 4; place++)
            {
                pixels = view.StepAt(place) switch
                {
                    JitterStep.Brightness when options.Brightness > 0 => Mix(pixels, (_, _, _) => 0, view.Brightness),
                    JitterStep.Contrast when options.Contrast > 0 => Mix(pixels, Constant(MeanLuma(pixels)), view.Contrast),
                    JitterStep.Saturation when options.Saturation > 0 => Mix(pixels, Luma, view.Saturation),
                    JitterStep.Hue when options.Hue > 0 => TurnHue(pixels, view.Hue),
                    _ => pixels,
                };
            }
        }

        if (view.Grey)
            pixels = Map(pixels, pixels.GetLength(2), (p, r, c, _) => Luma(p, r, c));
        if (view.Blur)
            pixels = Blur(pixels, view.BlurSigma, blurRadius);
        if (view.Solarise)
            pixels = Map(pixels, pixels.GetLength(2), (p, r, c, k) => p[r, c, k] >= 128 ? 255 - p[r, c, k] : p[r, c, k]);
        return Map(pixels, channels, (p, r, c, k) => p[r, c, Math.Min(k, p.GetLength(2) - 1)]);
    }

    public static double[,,] RenderPlain(Image image, int size, bool cubic = false)
    {
        int shortSide = Math.Min(image.Height, image.Width);
        int height = size * image.Height / shortSide, width = size * image.Width / shortSide;
        double[,,] resized = Resize(ToDoubles(image), height, width, cubic);
        return Crop(resized, (int)Math.Round((height - size) / 2.0), (int)Math.Round((width - size) / 2.0), size, size);
    }

    private static double[,,] ToDoubles(Image image)
    {
        double[,,] result = new double[image.Height, image.Width, image.Channels];
        return Map(result, image.Channels, (_, r, c, k) => image.Pixels.Span[(r * image.Width + c) * image.Channels + k]);
    }

    private static double[,,] Map(double[,,] from, int channels, Func<double[,,], int, int, int, double> value)
    {
        double[,,] to = new double[from.GetLength(0), from.GetLength(1), channels];
        for (int r = 0; r < to.GetLength(0); r++)
        {
            for (int c = 0; c < to.GetLength(1); c++)
            {
                for (int k = 0; k < channels; k++)
                    to[r, c, k] = value(from, r, c, k);
            }
        }

        return to;
    }

    private static double[,,] Crop(double[,,] from, int top, int left, int height, int width)
    {
        double[,,] to = new double[height, width, from.GetLength(2)];
        return Map(to, from.GetLength(2), (_, r, c, k) => from[top + r, left + c, k]);
    }

    private static double[,,] Mirror(double[,,] from) => Map(from, from.GetLength(2), (p, r, c, k) => p[r, p.GetLength(1) - 1 - c, k]);

    // The filter over all inputs of an axis, not only those where it is not 0.
    private static double[,,] Resize(double[,,] from, int height, int width, bool cubic)
    {
        double[][] rows = Weights(from.GetLength(0), height, cubic), columns = Weights(from.GetLength(1), width, cubic);
        double[,,] to = new double[height, width, from.GetLength(2)];
        return Map(to, from.GetLength(2), (_, r, c, k) =>
        {
            double sum = 0;
            for (int i = 0; i < rows[r].Length; i++)
            {
                for (int j = 0; rows[r][i] != 0 && j < columns[c].Length; j++)
                    sum += rows[r][i] * columns[c][j] * from[i, j, k];
            }

            return Math.Clamp(sum, 0, 255);
        });
    }

    private static double[][] Weights(int inputs, int outputs, bool cubic)
    {
        double scale = (double)inputs / outputs;
        double radius = scale > 1 ? scale : 1;
        return [.. Enumerable.Range(0, outputs).Select(output =>
        {
            double centre = (output + 0.5) * scale;
            double[] raw = [.. Enumerable.Range(0, inputs).Select(i => Filter(Math.Abs((i + 0.5 - centre) / radius), cubic))];
            return raw.Select(w => w / raw.Sum()).ToArray();
        })];
    }

    // Keys' cubic, solved for a = -1/2, and the triangle.
    private static double Filter(double x, bool cubic) =>
        !cubic ? Math.Max(0, 1 - x)
        : x <= 1 ? 1 - 2.5 * Math.Pow(x, 2) + 1.5 * Math.Pow(x, 3)
        : x <= 2 ? 2 - 4 * x + 2.5 * Math.Pow(x, 2) - 0.5 * Math.Pow(x, 3)
        : 0;

    private static double Luma(double[,,] p, int r, int c) =>
        p.GetLength(2) == 1 ? p[r, c, 0] : 0.299 * p[r, c, 0] + 0.587 * p[r, c, 1] + 0.114 * p[r, c, 2];

    private static Func<double[,,], int, int, double> Constant(double value) => (_, _, _) => value;

    private static double MeanLuma(double[,,] p)
    {
        double sum = 0;
        for (int r = 0; r < p.GetLength(0); r++)
        {
            for (int c = 0; c < p.GetLength(1); c++)
                sum += Luma(p, r, c);
        }

        return sum / p.GetLength(0) / p.GetLength(1);
    }

    private static double[,,] Mix(double[,,] from, Func<double[,,], int, int, double> other, double factor) =>
        Map(from, from.GetLength(2), (p, r, c, k) => Math.Clamp(factor * p[r, c, k] + (1 - factor) * other(p, r, c), 0, 255));

    private static double[,,] TurnHue(double[,,] from, double fraction)
    {
        if (from.GetLength(2) == 1)
            return from;
        return Map(from, 3, (p, r, c, k) =>
        {
            (double hue, double saturation, double value) = ToHsv(p[r, c, 0] / 255, p[r, c, 1] / 255, p[r, c, 2] / 255);
            hue += fraction;
            hue -= Math.Floor(hue);
            return 255 * FromHsv(hue, saturation, value)[k];
        });
    }

    private static (double Hue, double Saturation, double Value) ToHsv(double r, double g, double b)
    {
        double high = Math.Max(r, Math.Max(g, b)), low = Math.Min(r, Math.Min(g, b)), spread = high - low;
        if (spread == 0)
            return (0, 0, high);
        double degrees = high == r ? 60 * ((g - b) / spread) : high == g ? 60 * ((b - r) / spread) + 120 : 60 * ((r - g) / spread) + 240;
        return ((degrees < 0 ? degrees + 360 : degrees) / 360, spread / high, high);
    }

    private static double[] FromHsv(double hue, double saturation, double value)
    {
        double chroma = value * saturation, sector = hue * 6;
        double second = chroma * (1 - Math.Abs(sector % 2 - 1)), floor = value - chroma;
        double[] colour = (int)sector switch
        {
            0 => [chroma, second, 0],
            1 => [second, chroma, 0],
            2 => [0, chroma, second],
            3 => [0, second, chroma],
            4 => [second, 0, chroma],
            _ => [chroma, 0, second],
        };
        return [.. colour.Select(x => x + floor)];
    }

    // The full square kernel, not its factors.
    private static double[,,] Blur(double[,,] from, double sigma, int radius)
    {
        double total = 0;
        for (int i = -radius; i <= radius; i++)
        {
            for (int j = -radius; j <= radius; j++)
                total += Weight(i, j);
        }

        int rows = from.GetLength(0), columns = from.GetLength(1);
        return Map(from, from.GetLength(2), (p, r, c, k) =>
        {
            double sum = 0;
            for (int i = -radius; i <= radius; i++)
            {
                for (int j = -radius; j <= radius; j++)
                    sum += Weight(i, j) * p[Reflect(r + i, rows), Reflect(c + j, columns), k];
            }

            return sum / total;
        });

        double Weight(int i, int j) => Math.Exp(-(i * i + j * j) / (2 * sigma * sigma));

        static int Reflect(int at, int length) => at < 0 ? -at : at >= length ? 2 * (length - 1) - at : at;
    }
}
