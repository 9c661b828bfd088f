namespace Lethe.Reporting;

/// <summary>A linear axis that begins and ends at nice numbers: 1, 2 or 5 times a power of ten apart.</summary>
/// <param name="Minimum">Where the axis begins.</param>
/// <param name="Maximum">Where it ends.</param>
/// <param name="Step">Distance of the ticks.</param>
internal sealed record AxisScale(double Minimum, double Maximum, double Step)
{
    /// <summary>The ticks, both ends included.</summary>
    public IReadOnlyList<double> Ticks =>
        [.. Enumerable.Range(0, (int)Math.Round((Maximum - Minimum) / Step) + 1).Select(i => Math.Round(Minimum + (i * Step), 12))];

    /// <summary>An axis that holds all values.</summary>
    /// <param name="values">The values; none gives 0 to 1.</param>
    /// <param name="intervals">About so many intervals.</param>
    /// <param name="whole">Whether ticks must be whole numbers, as for epochs.</param>
    public static AxisScale Around(IEnumerable<double> values, int intervals, bool whole = false)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (double value in values)
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        if (low > high) (low, high) = (0, 1);
        if (high - low < 1e-9 * Math.Max(1, Math.Abs(high)))
        {
            double margin = whole ? 1 : Math.Max(Math.Abs(high) * 0.05, 1e-6);
            (low, high) = (whole ? Math.Max(0, low - margin) : low - margin, high + margin);
        }

        double rough = (high - low) / intervals;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * (rough / power) switch { <= 1.0001 => 1, <= 2.0001 => 2, <= 5.0001 => 5, _ => 10 };
        if (whole) step = Math.Max(1, step);
        return new AxisScale(Math.Floor((low / step) + 1e-9) * step, Math.Ceiling((high / step) - 1e-9) * step, step);
    }

    /// <summary>Where a value lies: 0 at the beginning of the axis, 1 at its end.</summary>
    public double Place(double value) => (value - Minimum) / (Maximum - Minimum);

    /// <summary>A tick's text, with as many decimals as the step needs.</summary>
    public string Label(double tick) => Math.Abs(Maximum) >= 10_000 ? Wording.Short(tick)
        : Wording.Fixed(tick, Math.Clamp((int)Math.Ceiling(-Math.Log10(Step) - 1e-9), 0, 8));
}
