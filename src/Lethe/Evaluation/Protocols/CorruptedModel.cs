using Lethe.Augmentation.Corruptions;
using Lethe.Data;

namespace Lethe.Evaluation.Protocols;

/// <summary>A linear classifier that is measured on test images as they are and on corrupted ones.</summary>
internal sealed class CorruptedModel(
    LinearClassifier classifier, IReadOnlyList<Corruption> corruptions, IReadOnlyList<int> severities,
    ulong corruptionSeed) : ShiftModel(classifier)
{
    public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation)
    {
        var scores = new List<Score> { Score.OfLabels(Predict(encoder, test, cancellation), test.Labels!) };
        double[] overall = new double[test.Count];
        foreach (Corruption corruption in corruptions)
        {
            double[] own = new double[test.Count];
            foreach (int severity in severities)
            {
                double[] hits = Hits(
                    encoder, corruption.Apply(test, severity, corruptionSeed, encoder.Threads, cancellation), cancellation);
                for (int i = 0; i < hits.Length; i++)
                    own[i] += hits[i] / severities.Count;
            }

            for (int i = 0; i < own.Length; i++)
                overall[i] += own[i] / corruptions.Count;
            scores.Add(Score.OfImages(Score.AccuracyUnder(corruption.Name), own, seed));
        }

        scores.Insert(1, Score.OfImages(Score.CorruptionAccuracy, overall, seed));
        return scores;
    }
}
