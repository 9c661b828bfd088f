namespace Lethe.Data;

/// <summary>
/// Which values of samples are black and white. Views bring them to a common scale, and clip what lies beyond; a bound holds for the other
/// types of samples too, as the same share of white.
/// </summary>
/// <param name="Low">The value that becomes 0.</param>
/// <param name="High">The value that becomes 1, or 255 on the scale of bytes; above Low.</param>
/// <param name="Samples">The samples whose values these are.</param>
internal sealed record IntensityRange(float Low, float High, SampleType Samples)
{
    // Of numbers without steps of their own.
    private const double FloatStep = 1.0 / 65535;

    /// <summary>Bytes from 0 to 255: what enters unchanged.</summary>
    public static IntensityRange Bytes { get; } = OfType(SampleType.UInt8);

    /// <summary>Whether it is all that bytes can hold.</summary>
    public bool IsOfBytes => this == Bytes;

    /// <summary>Whether it is all that its type holds.</summary>
    public bool IsOfType => this == OfType(Samples);

    /// <summary>The smallest difference between two samples, as a fraction of the range.</summary>
    public double Step => Samples == SampleType.Float32 ? FloatStep : 1.0 / (High - Low);

    /// <summary>From nothing to white.</summary>
    public static IntensityRange OfType(SampleType samples) => new(0, samples.White(), samples);

    /// <summary>The same range for samples of another type.</summary>
    public IntensityRange In(SampleType other) => other == Samples
        ? this
        : new(Low * (other.White() / Samples.White()), High * (other.White() / Samples.White()), other);

    /// <inheritdoc/>
    public override string ToString() => Invariant($"{Low:G7} to {High:G7}");
}
