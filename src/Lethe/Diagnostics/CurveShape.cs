namespace Lethe.Diagnostics;

/// <summary>What a curve of ΔR over training looks like.</summary>
internal enum CurveShape
{
    /// <summary>Too few evaluations to judge.</summary>
    TooShort,

    /// <summary>It never leaves the tolerance.</summary>
    Flat,

    /// <summary>It rises, and ends at or near its maximum.</summary>
    Rising,

    /// <summary>It falls from the start: a maximum that no rise led to is no turn.</summary>
    Falling,

    /// <summary>It rose, then fell, and stayed down.</summary>
    Turned,
}
