using Lethe.Diagnostics;

namespace Lethe.Runs;

/// <summary>Names of what <c>evaluation.json</c> holds. Accuracies are fractions in [0, 1], ΔR is in nats.</summary>
internal static class EvaluationProtocol
{
    /// <summary>Test accuracy of a linear probe.</summary>
    public const string Linear = "linear";

    /// <summary>Test accuracy of weighted k nearest neighbours.</summary>
    public const string Knn = "knn";

    /// <summary>ΔR of the instance partition on images trained on.</summary>
    public const string InstanceReductionTrain = Measure.InstanceReductionTrain;

    /// <summary>ΔR of the instance partition on images never trained on.</summary>
    public const string InstanceReductionHeldOut = Measure.InstanceReductionHeldOut;

    /// <summary>RankMe of the centred first views of images trained on.</summary>
    public const string EffectiveRank = Measure.EffectiveRank;
}
