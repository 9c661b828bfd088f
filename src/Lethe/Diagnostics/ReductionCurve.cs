namespace Lethe.Diagnostics;

/// <summary>How ΔR of one layer developed over training. Values are of the smoothed curve, in nats.</summary>
/// <param name="Shape">The verdict.</param>
/// <param name="Evaluations">How many evaluations it rests on.</param>
/// <param name="PeakEpoch">
/// The epoch of the maximum; where the shape is <see cref="CurveShape.Turned"/>, the epoch of the turn. Null without evaluations.
/// </param>
/// <param name="Peak">The maximum; 0 without evaluations.</param>
/// <param name="Last">The last value; 0 without evaluations.</param>
/// <param name="Tolerance">The change that counted.</param>
internal sealed record ReductionCurve(CurveShape Shape, int Evaluations, int? PeakEpoch, double Peak, double Last, double Tolerance)
{
    /// <summary>How far the curve ends below its maximum, in nats.</summary>
    public double Drop => Peak - Last;
}
