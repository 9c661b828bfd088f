using Lethe.Results;

namespace Lethe.Reporting;

/// <summary>A linear axis with ticks at nice numbers: 1, 2 or 5 times a power of ten apart.</summary>
internal sealed record AxisScale(double Minimum, double Maximum, double Step)
{
    /// <summary>The multiples of the step on the axis.</summary>
    public IReadOnlyList<double> Ticks
    {
        get
        {
            double first = Math.Ceiling((Minimum / Step) - 1e-9), last = Math.Floor((Maximum / Step) + 1e-9);
            return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => Math.Round((first + i) * Step, 12))];
        }
    }

    /// <summary>An axis that holds all values and begins and ends at ticks.</summary>
    public static AxisScale Around(IEnumerable<double> values, int intervals)
    {
        (double low, double high) = Range(values);
        if (high - low < 1e-9 * Math.Max(1, Math.Abs(high)))
        {
            double margin = Math.Max(Math.Abs(high) * 0.05, 1e-6);
            (low, high) = (low - margin, high + margin);
        }

        double step = NiceStep(low, high, intervals);
        return new AxisScale(Math.Floor((low / step) + 1e-9) * step, Math.Ceiling((high / step) - 1e-9) * step, step);
    }

    /// <summary>An axis of whole numbers, such as epochs, that begins and ends with the values.</summary>
    public static AxisScale Whole(IEnumerable<double> values, int intervals)
    {
        (double low, double high) = Range(values);
        if (low == high) (low, high) = (Math.Max(0, low - 1), high + 1);
        return new AxisScale(low, high, Math.Max(1, NiceStep(low, high, intervals)));
    }

    /// <summary>Where a value lies: 0 at the beginning of the axis, 1 at its end.</summary>
    public double Place(double value) => (value - Minimum) / (Maximum - Minimum);

    /// <summary>A tick's text, with as many decimals as the step needs.</summary>
    public string Label(double tick) => Math.Abs(Maximum) >= 10_000 ? Wording.Short(tick)
        : Wording.Fixed(tick, Math.Clamp((int)Math.Ceiling(-Math.Log10(Step) - 1e-9), 0, 8));

    private static (double Low, double High) Range(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return all.Length == 0 ? (0, 1) : (all.Min(), all.Max());
    }

    private static double NiceStep(double low, double high, int intervals)
    {
        double rough = (high - low) / intervals;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return power * (rough / power) switch { <= 1.0001 => 1, <= 2.0001 => 2, <= 5.0001 => 5, _ => 10 };
    }
}
