using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Results;

/// <summary>What dense transfer found at the kept checkpoints of a training, as one more number of each epoch.</summary>
internal static class DenseCourse
{
    /// <summary>
    /// Mean IoU by nearest cells, and DSE as its paper weighs it: the dimension times σ(separation)/σ(dimension) over the checkpoints.
    /// </summary>
    /// <param name="records">What <c>evaluate --protocol dense --every-checkpoint</c> wrote; other records are passed over.</param>
    /// <returns>For the last layer and each epoch, in [0, 1] and without unit; none where it was not measured.</returns>
    public static IReadOnlyList<Measurement> Of(IReadOnlyList<EvaluationRecord> records)
    {
        (int Epoch, double Whole, double Separation)[] structures =
        [
            .. from whole in Course(ProtocolMeasure.Structure)
               join separation in Course(ProtocolMeasure.StructureSeparation) on whole.Epoch equals separation.Epoch
               select (whole.Epoch, whole.Value, separation.Value),
        ];
        double spread = Deviation(structures.Select(one => one.Whole - one.Separation));
        double weight = spread > 0 ? Deviation(structures.Select(one => one.Separation)) / spread : 1;
        return
        [
            .. Course(ProtocolMeasure.MeanIntersection, ProtocolMeasure.NearestCells)
                .Select(one => Of(one.Epoch, ProtocolMeasure.MeanIntersection, one.Value)),
            .. structures.Select(
                one => Of(one.Epoch, ProtocolMeasure.Structure, one.Separation + (weight * (one.Whole - one.Separation)))),
        ];

        IEnumerable<(int Epoch, double Value)> Course(string measure, string? variant = null) => records
            .Where(record => record is { Stage: EvaluationStage.Before, Epoch: not null, Layer: MemorisationMonitor.LastLayer }
                && record.Measure == measure && (variant is null || record.Variant == variant))
            .GroupBy(record => record.Epoch!.Value, (epoch, same) => (epoch, same.Last().Value)).OrderBy(one => one.epoch);
    }

    private static Measurement Of(int epoch, string measure, double value) => new(epoch, MemorisationMonitor.LastLayer, measure, value);

    private static double Deviation(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.DefaultIfEmpty().Average();
        return Math.Sqrt(all.Sum(value => (value - mean) * (value - mean)));
    }
}
