namespace Lethe.Diagnostics;

/// <summary>
/// A smooth function of a squared distance, looked up: 512 values for each power of two from 2⁻⁴⁰ to 2²⁴, so that the relative error stays
/// below a thousandth. What lies outside has the value of the nearest end.
/// </summary>
internal sealed class ForceTable
{
    private const int Bits = 9, Shift = 23 - Bits, Lowest = (127 - 40) << Bits, Highest = ((127 + 24) << Bits) - 1;

    private readonly float[] values = new float[Highest - Lowest + 1];

    /// <summary>Tabulates a function.</summary>
    /// <param name="force">Of a positive squared distance.</param>
    public ForceTable(Func<double, double> force)
    {
        // In the middle of the numbers that share a place.
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)force(BitConverter.Int32BitsToSingle(((Lowest + i) << Shift) + (1 << (Shift - 1))));
    }

    /// <summary>The value at a squared distance above 0.</summary>
    public float At(float square) => values[Math.Clamp(BitConverter.SingleToInt32Bits(square) >> Shift, Lowest, Highest) - Lowest];
}
