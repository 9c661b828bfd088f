namespace Lethe.Data.Generated;

/// <summary>A colour, each part in [0, 1].</summary>
internal readonly record struct Rgb(double Red, double Green, double Blue)
{
    /// <summary>Of hue (in turns), saturation and value, all in [0, 1].</summary>
    public static Rgb FromHue(double hue, double saturation, double value)
    {
        return new Rgb(Part(5), Part(3), Part(1));

        double Part(int n)
        {
            double k = (n + (6 * hue)) % 6;
            return value * (1 - (saturation * Math.Clamp(Math.Min(k, 4 - k), 0, 1)));
        }
    }

    public static Rgb Mix(Rgb a, Rgb b, double share) =>
        new(a.Red + ((b.Red - a.Red) * share), a.Green + ((b.Green - a.Green) * share), a.Blue + ((b.Blue - a.Blue) * share));
}
