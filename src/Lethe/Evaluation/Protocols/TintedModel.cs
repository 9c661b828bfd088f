using Lethe.Data;

namespace Lethe.Evaluation.Protocols;

/// <summary>
/// A linear classifier that is measured on test images tinted as those that it was fitted on, at random, and the other way around.
/// </summary>
internal sealed class TintedModel(LinearClassifier classifier, ColourShiftOptions shift) : ShiftModel(classifier)
{
    public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation)
    {
        double[] At(double rho) => Hits(encoder, ColourShift.Apply(test, shift with { Rho = rho }), cancellation);
        return Score.OfShortcut(At(shift.Rho), At(0), At(-shift.Rho), seed);
    }
}
