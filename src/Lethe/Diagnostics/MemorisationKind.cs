namespace Lethe.Diagnostics;

/// <summary>What the monitor says of a training. Memorisation is the first kind, and no other.</summary>
internal enum MemorisationKind
{
    /// <summary>An accuracy of the last layer on unseen images turned, and that of the early layer did not as much.</summary>
    Memorisation,

    /// <summary>No accuracy was measured, and the method's loss on unseen images turned while that on images trained on did not.</summary>
    LossTurned,

    /// <summary>Judged, and nothing turned.</summary>
    NoTurn,

    /// <summary>The last layer stood still, since the heads alone were trained: there is nothing to judge.</summary>
    StoodStill,

    /// <summary>Too little was measured to judge.</summary>
    TooFew,
}
