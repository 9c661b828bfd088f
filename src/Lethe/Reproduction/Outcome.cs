namespace Lethe.Reproduction;

/// <summary>What became of a claim.</summary>
internal enum Outcome
{
    /// <summary>It was seen, and chance does not explain it.</summary>
    Holds,

    /// <summary>The contrary was seen, or an effect large enough to count was excluded.</summary>
    Fails,

    /// <summary>Neither: an effect that counts could have been there unseen.</summary>
    Underpowered,

    /// <summary>Nothing was measured that could tell.</summary>
    NotRun,
}
