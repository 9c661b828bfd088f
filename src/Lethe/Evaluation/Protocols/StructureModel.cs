using System.IO.Hashing;
using System.Runtime.InteropServices;
using Lethe.Data;
using Lethe.Diagnostics;

namespace Lethe.Evaluation.Protocols;

/// <summary>What <see cref="DenseStructure"/> says of a layer: measured where others are fitted, since no labels are used.</summary>
/// <param name="structure">The measure.</param>
internal sealed class StructureModel(DenseStructure structure) : FittedModel
{
    /// <summary>What fitted it, as in <see cref="FittedModel.Variant"/>.</summary>
    public const string Name = "without labels";

    public override string Checksum()
    {
        double[] numbers = [structure.Separation, structure.Dimension];
        return Convert.ToHexStringLower(XxHash128.Hash(MemoryMarshal.AsBytes<double>(numbers)));
    }

    public override IReadOnlyList<Score> Measure(EncoderState encoder, ImageSet test, ulong seed, CancellationToken cancellation)
    {
        return [Of(Score.Structure, structure.Value), Of(Score.StructureSeparation, structure.Separation)];

        Score Of(string measure, double value)
        {
            IReadOnlyList<double> groups = structure.Groups;
            double half = 0;
            if (groups.Count > 1)
            {
                var spread = ConfidenceInterval.Student(groups);
                half = (spread.High - spread.Low) / 2;
            }

            string kind = groups.Count > 1
                ? $"95 %, Student's t, of the separation, over {groups.Count} groups of {DenseStructure.ImagesOfAGroup} scenes"
                : $"none: {DenseStructure.ImagesOfAGroup} scenes have no spread";
            return new Score(measure, value, ConfidenceInterval.Around(value, half, kind, MeasureRange.Unbounded));
        }
    }

    protected override void Release()
    {
        // It holds no tensors.
    }
}
