namespace Lethe.Diagnostics;

/// <summary>Names of what protocols measure.</summary>
internal static class ProtocolMeasure
{
    /// <summary>The fraction of the test images that were labelled right; what begins with it is one on other images.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>Normalised mutual information of clusters and classes.</summary>
    public const string MutualInformation = "nmi";

    /// <summary>Adjusted Rand index of clusters and classes.</summary>
    public const string RandIndex = "ari";

    /// <summary>The mean over corruptions and severities of the accuracy on corrupted images.</summary>
    public const string CorruptionAccuracy = "mean corruption accuracy";

    /// <summary>The accuracy that is lost where a shortcut is turned around.</summary>
    public const string Drop = "drop from rho to minus rho";

    /// <summary>The answer to an intervention on all but the relevant factor.</summary>
    public const string IrrelevantAnswer = "answer to S_ur";

    /// <summary>The answer to an intervention on the relevant factor.</summary>
    public const string RelevantAnswer = "answer to S_r";

    /// <summary>The former over the latter.</summary>
    public const string Sensitivity = "answer to S_ur over S_r";

    /// <summary>That ratio over the same one in pixels.</summary>
    public const string SensitivityOverPixels = "answer to S_ur over S_r, over that in pixels";

    /// <summary>Mean intersection over union.</summary>
    public const string MeanIntersection = "mean IoU";

    /// <summary>What labels pixels without training, as the nearest cells of other scenes are labelled.</summary>
    public const string NearestCells = "nearest cells";

    /// <summary>The fraction of pixels that were labelled right.</summary>
    public const string PixelAccuracy = "pixel accuracy";

    /// <summary>The structure of cells of feature maps, without labels.</summary>
    public const string Structure = "DSE";

    /// <summary>The part of it that says how well cells fall into groups.</summary>
    public const string StructureSeparation = "DSE, separation";

    /// <summary>How names begin of what a continuous factor is read with.</summary>
    public const string Determination = "R²";
}
