namespace Lethe.Diagnostics;

/// <summary>Names of what is measured. Coding rates are in nats, accuracies are fractions in [0, 1].</summary>
internal static class Measure
{
    /// <summary>The layer name of what belongs to no layer.</summary>
    public const string Run = "run";

    /// <summary>Mean loss of the method over the steps since the last evaluation.</summary>
    public const string Loss = "loss";

    /// <summary>The method's loss in evaluation mode on fixed views of images trained on.</summary>
    public const string LossTrain = "lossTrain";

    /// <summary>The method's loss in evaluation mode on fixed views of images never trained on.</summary>
    public const string LossHeldOut = "lossHeldOut";

    /// <summary>Learning rate at the last step.</summary>
    public const string LearningRate = "learningRate";

    /// <summary>ΔR of the instance partition on images trained on.</summary>
    public const string InstanceReductionTrain = "instanceReductionTrain";

    /// <summary>R on images trained on, both views.</summary>
    public const string RateTrain = "rateTrain";

    /// <summary>ΔR of the instance partition on images never trained on.</summary>
    public const string InstanceReductionHeldOut = "instanceReductionHeldOut";

    /// <summary>R on images never trained on, both views.</summary>
    public const string RateHeldOut = "rateHeldOut";

    /// <summary>ΔR of the label partition on images never trained on.</summary>
    public const string LabelReduction = "labelReduction";

    /// <summary>R of the same images, one plain view of each.</summary>
    public const string LabelRate = "labelRate";

    /// <summary>Test accuracy of the linear probe.</summary>
    public const string LinearAccuracy = "linearAccuracy";

    /// <summary>Test accuracy of weighted k nearest neighbours.</summary>
    public const string KnnAccuracy = "knnAccuracy";

    /// <summary>Accuracy of the same linear probe, fitted on probe images, on images trained on.</summary>
    public const string LinearAccuracyTrain = "linearAccuracyTrain";

    /// <summary>Accuracy of nearest neighbours among probe images, on images trained on.</summary>
    public const string KnnAccuracyTrain = "knnAccuracyTrain";

    /// <summary>Accuracy, on images never trained on, of a linear probe that was fitted on images trained on.</summary>
    public const string LinearAccuracySeenBank = "linearAccuracySeenBank";

    /// <summary>Accuracy, on images never trained on, of weighted nearest neighbours among images trained on.</summary>
    public const string KnnAccuracySeenBank = "knnAccuracySeenBank";

    /// <summary>
    /// The chance that two views of an image trained on are more alike than those of one never trained on, in [0, 1]; 0.5 tells nothing.
    /// </summary>
    public const string MembershipAuc = "membershipAuc";

    /// <summary>RankMe of the centred first views of images trained on.</summary>
    public const string EffectiveRank = "effectiveRank";

    /// <summary>√d times the standard deviation of normalised features of the same: 0 in one point, 1 evenly over the sphere.</summary>
    public const string Spread = "spread";

    /// <summary>UMM: Jensen–Shannon divergence of the carried density to uniform, in nats, in [0, log 2).</summary>
    public const string JensenShannon = "jensenShannon";

    /// <summary>UMM: loss of level one, the method's loss plus β times the divergence.</summary>
    public const string LevelOneLoss = "levelOneLoss";

    /// <summary>UMM: loss of level two, the method's loss minus α times the normalised ΔR.</summary>
    public const string LevelTwoLoss = "levelTwoLoss";

    /// <summary>UMM: ΔR of the instance partition of the batch at φ′.</summary>
    public const string BatchReduction = "batchReduction";

    /// <summary>UMM: standard deviation over the batch of the logarithm of the volume factor.</summary>
    public const string VolumeSpread = "volumeSpread";
}
