using Lethe.Diagnostics;

namespace Lethe.Reporting;

/// <summary>What a good figure looks like, in a sentence.</summary>
internal static class WhatIsGood
{
    // Of these a small value is a good one.
    private static readonly string[] small =
        [ProtocolMeasure.Drop, ProtocolMeasure.IrrelevantAnswer, ProtocolMeasure.Sensitivity, ProtocolMeasure.SensitivityOverPixels];

    /// <summary>Of what entrants reached.</summary>
    public const string OfEntrants = "Good: far right. If intervals overlap, the differences beside it say more.";

    /// <summary>Of differences.</summary>
    public const string OfDifferences = "Good: right of 0 and filled. A filled dot is clear; a hollow one may be chance.";

    /// <summary>Of dots, a row for each layer and a dot for each state.</summary>
    public static string OfLayers(string measure) => measure switch
    {
        Measure.InstanceReductionTrain or Measure.InstanceReductionHeldOut =>
            "Good: far right of the untrained dot, and as far on images never trained on as on those trained on.",
        _ => "Good: far right, and right of the untrained dot. UMM helps where its dot lies right of that of the control.",
    };

    /// <summary>Of lines.</summary>
    /// <param name="title">What is drawn.</param>
    /// <param name="x">Over what.</param>
    /// <param name="y">In which unit.</param>
    public static string OfLines(string title, string x, string y) => (x, y) switch
    {
        ("epoch", "loss") => "Good: falls, and unseen images stay close to those trained on.",
        ("epoch", "learning rate") => "Good: a smooth curve without jumps, as the schedule says.",
        ("epoch", "ΔR, nats") => "Good: both lines rise together and level off. If they part or turn, look at the accuracies.",
        ("epoch", "accuracy, %") => "Good: rises and stays. A fall that lasts, in late layers more than in early ones, is memorisation.",
        ("epoch", "membership AUC") => "Good: stays near 0.5. A layer far above knows its training images; accuracies say if that harms.",
        ("iteration", "loss") => "Good: falls or stays level, with no jump.",
        ("iteration", "JS, nats") => "Good: falls: late layers spread images more evenly.",
        ("iteration", "log volume") => "Good: falls: late layers stretch the space around all images alike.",
        ("iteration", "ΔR, nats") => "Good: UMM ends no lower than the control, also on images never trained on.",
        ("iteration", "accuracy, %") => "Good: UMM ends above the control and above where it began.",
        _ when small.Contains(title) => "Good: low, and lower than untrained.",
        _ => "Good: high, and higher than untrained.",
    };
}
