namespace Lethe.Diagnostics;

/// <summary>How embeddings have collapsed.</summary>
internal enum CollapseKind
{
    /// <summary>They have not.</summary>
    None,

    /// <summary>All images have nearly the same embedding.</summary>
    Complete,

    /// <summary>Embeddings differ along a few directions only.</summary>
    Dimensional,
}
