using Lethe.Data;

namespace Lethe.Evaluation.Protocols;

/// <summary>A linear classifier that is measured on test images tinted as those that it was fitted on, at random, and the other way around.</summary>
internal sealed class TintedModel(LinearClassifier classifier, ColourShiftOptions shift) : ShiftModel(classifier)
{
    public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation)
    {
        double[] At(double rho) => Hits(encoder, ColourShift.Apply(test, shift with { Rho = rho }), cancellation);
        double[] same = At(shift.Rho), none = At(0), turned = At(-shift.Rho);
        return
        [
            Mean(Score.TiedAccuracy, same, seed),
            Mean(Score.UntiedAccuracy, none, seed),
            Mean(Score.TurnedAccuracy, turned, seed),
            Mean(Score.Drop, [.. same.Zip(turned, (before, after) => before - after)], seed),
        ];
    }
}
