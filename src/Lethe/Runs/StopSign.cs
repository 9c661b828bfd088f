using Lethe.Diagnostics;

namespace Lethe.Runs;

/// <summary>Which sign of memorisation ends pre-training.</summary>
internal static class StopSign
{
    /// <summary>ΔR of a layer turned.</summary>
    public const string Turn = "turn";

    /// <summary>ΔR on images trained on rose against ΔR on unseen ones.</summary>
    public const string Gap = "gap";

    /// <summary>Whichever came first.</summary>
    public const string Either = "either";

    /// <summary>The epoch at which the sign says that memorisation set in, and the layer; null where it does not.</summary>
    public static (int Epoch, string Layer, string Sign)? Onset(MemorisationVerdict verdict, string sign)
    {
        static (int, string, string)? Seen(int? epoch, string? layer, string sign) =>
            epoch is { } at && layer is { } where ? (at, where, sign) : null;
        (int Epoch, string Layer, string Sign)? turn = Seen(verdict.TurnEpoch, verdict.TurnLayer, Turn);
        (int Epoch, string Layer, string Sign)? gap = Seen(verdict.GapEpoch, verdict.GapLayer, Gap);
        return sign switch
        {
            Turn => turn,
            Gap => gap,
            _ => gap is null || turn?.Epoch <= gap.Value.Epoch ? turn : gap,
        };
    }
}
