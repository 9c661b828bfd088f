using System.Globalization;
using Lethe.Numerics;

namespace Lethe.Data;

/// <summary>Finds the range of intensities that <c>--range</c> asks for.</summary>
internal static class RangeRule
{
    public const string OfType = "type";
    public const string Percentile = "percentile";

    private const double Outside = 0.001; // on each side
    private const int MostImages = 1000;
    private const int MostValues = 4096; // of an image
    private const ulong Seed = 0x52414E4745;

    // What 16 bits are not needed for: views would show almost nothing.
    private const int SmallShare = 8;

    /// <summary>What is wrong with an option; null where nothing is.</summary>
    public static string? Conflict(string asked) => asked is OfType or Percentile || Parse(asked) is not null
        ? null
        : $"--range must be type, percentile, or two numbers LOW,HIGH with LOW below HIGH, as 0,4095; found '{asked}'.";

    /// <summary>Finds the range of some images.</summary>
    /// <param name="asked">The option.</param>
    /// <param name="train">The images that are trained on.</param>
    /// <returns>The range, and what is to be known of it; null where nothing is.</returns>
    public static (IntensityRange Range, string? Notice) Find(string asked, ImageSet train)
    {
        SampleType type = train.Samples;
        if (Parse(asked) is { } given)
            return (new IntensityRange(given.Low, given.High, type), null);
        if (asked == Percentile)
            return (OfPercentiles(train), null);
        if (type == SampleType.Float32 && !LieWithin(train, 1))
        {
            IntensityRange found = OfPercentiles(train);
            return (found, $"Values are numbers that do not all lie between 0 and 1; {found} is black to white "
                + "(99.8 % of them lie within). --range LOW,HIGH chooses others.");
        }

        string? notice = null;
        if (type == SampleType.UInt16 && LieWithin(train, type.White() / SmallShare))
        {
            notice = "All values of these 16-bit images are below an eighth of 65535, so that views are nearly black. Give --range "
                + Invariant($"percentile, or --range 0,{Largest(train):0}.");
        }

        return (IntensityRange.OfType(type), notice);
    }

    private static (float Low, float High)? Parse(string asked)
    {
        string[] parts = asked.Split(',');
        return parts.Length == 2 && Number(parts[0]) is { } low && Number(parts[1]) is { } high && low < high ? (low, high) : null;

        static float? Number(string text) =>
            float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) && float.IsFinite(value) ? value : null;
    }

    private static IntensityRange OfPercentiles(ImageSet train)
    {
        var values = new List<float>();
        var random = new RandomStream(Seed);
        int used = Math.Min(MostImages, train.Count);
        for (int i = 0; i < used; i++)
        {
            var samples = new SampleReader(train[(int)((long)i * train.Count / used)]);
            bool all = samples.Count <= MostValues;
            for (int k = 0; k < Math.Min(samples.Count, MostValues); k++)
            {
                float value = samples[all ? k : random.NextInt(samples.Count)];
                if (float.IsFinite(value))
                    values.Add(value);
            }
        }

        values.Sort();
        float low = values.Count == 0 ? 0 : values[(int)(Outside * (values.Count - 1))];
        float high = values.Count == 0 ? 1 : values[(int)Math.Ceiling((1 - Outside) * (values.Count - 1))];

        // One level at least; where nothing varies it does not matter which.
        float least = train.Samples == SampleType.Float32 ? MathF.BitIncrement(low) : low + 1;
        return new IntensityRange(low, Math.Max(high, least), train.Samples);
    }

    private static bool LieWithin(ImageSet train, float most)
    {
        for (int i = 0; i < train.Count; i++)
        {
            var samples = new SampleReader(train[i]);
            for (int k = 0; k < samples.Count; k++)
            {
                if (samples[k] < 0 || samples[k] > most)
                    return false;
            }
        }

        return true;
    }

    private static float Largest(ImageSet train)
    {
        float largest = 1;
        for (int i = 0; i < train.Count; i++)
        {
            var samples = new SampleReader(train[i]);
            for (int k = 0; k < samples.Count; k++)
                largest = Math.Max(largest, samples[k]);
        }

        return largest;
    }
}
