namespace Lethe.Diagnostics;

/// <summary>By how much an accuracy fell, as a fraction of the images; below 0 where it rose.</summary>
/// <param name="Value">The mean over seeds and images.</param>
/// <param name="Error">Its error; null where no image's and no seed's differs from another's.</param>
internal sealed record AccuracyDrop(double Value, MeanError? Error)
{
    /// <summary>The chance of a drop as large if there were none (two-sided), in [0, 1]; 1 where there is none.</summary>
    public double P => Value <= 0 ? 1 : Error?.Chance(Value) ?? 0;

    /// <summary>Lower end of the 95 % interval.</summary>
    public double Low => Value - (Error?.Reach() ?? 0);

    /// <summary>Upper end of the 95 % interval.</summary>
    public double High => Value + (Error?.Reach() ?? 0);
}
