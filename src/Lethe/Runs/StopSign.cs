using Lethe.Diagnostics;

namespace Lethe.Runs;

/// <summary>Which sign ends pre-training.</summary>
internal static class StopSign
{
    /// <summary>An accuracy on unseen images turned, or, where none is measured, the loss.</summary>
    public const string Auto = "auto";

    /// <summary>An accuracy of the last layer on unseen images turned.</summary>
    public const string Accuracy = "accuracy";

    /// <summary>The method's loss on unseen images turned.</summary>
    public const string Loss = "loss";

    /// <summary>ΔR of a layer turned.</summary>
    public const string ReductionTurn = Reduction + "turn";

    /// <summary>ΔR on images trained on rose against ΔR on unseen ones.</summary>
    public const string ReductionGap = Reduction + "gap";

    /// <summary>Whichever of the two came first.</summary>
    public const string ReductionEither = Reduction + "either";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> Names = [Auto, Accuracy, Loss, ReductionTurn, ReductionGap, ReductionEither];

    private const string Reduction = "reduction-";

    /// <summary>What a sign of ΔR was called in earlier versions.</summary>
    /// <param name="name">The name of then, as <c>turn</c>; of any other the same comes back.</param>
    public static string OfEarlier(string name) => name is "turn" or "gap" or "either" ? Reduction + name : name;

    /// <summary>What a sign says of a run, whole or so far.</summary>
    /// <param name="measurements">What was measured.</param>
    /// <param name="sign">The sign.</param>
    /// <param name="options">The constants of the rules.</param>
    /// <returns>
    /// The epoch after which it went down, where that was (a layer, or the loss), by which sign, and in words; null where it shows nothing.
    /// </returns>
    public static (int Epoch, string Where, string Sign, string Reason)? Onset(
        IReadOnlyList<Measurement> measurements, string sign, MemorisationOptions options)
    {
        if (sign.StartsWith(Reduction, StringComparison.Ordinal))
            return Onset(ReductionMonitor.Judge(measurements, options), sign);

        MemorisationVerdict verdict = MemorisationMonitor.Judge(measurements, options);
        if (sign == Loss)
        {
            return verdict.Loss is { Turned: true, LowestEpoch: int lowest }
                ? (lowest, "the loss on unseen images", Loss, MemorisationMonitor.OfLoss(verdict.Loss))
                : null;
        }

        return (verdict.Kind, verdict.Epoch) switch
        {
            (MemorisationKind.Memorisation, int epoch) => (epoch, verdict.Layer!, Accuracy, verdict.Reason),
            (MemorisationKind.LossTurned, int epoch) when sign == Auto => (epoch, "the loss on unseen images", Loss, verdict.Reason),
            _ => null,
        };
    }

    /// <summary>The same of ΔR, that was judged already.</summary>
    public static (int Epoch, string Where, string Sign, string Reason)? Onset(ReductionVerdict verdict, string sign)
    {
        (int Epoch, string, string, string)? Seen(int? epoch, string? layer, string sign) =>
            epoch is { } at && layer is { } where ? (at, $"ΔR of {where}", sign, verdict.Reason) : null;
        (int Epoch, string, string, string)? turn = Seen(verdict.TurnEpoch, verdict.TurnLayer, ReductionTurn);
        (int Epoch, string, string, string)? gap = Seen(verdict.GapEpoch, verdict.GapLayer, ReductionGap);
        return sign switch
        {
            ReductionTurn => turn,
            ReductionGap => gap,
            _ => gap is null || turn?.Epoch <= gap.Value.Epoch ? turn : gap,
        };
    }
}
