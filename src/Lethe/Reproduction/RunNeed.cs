using Lethe.Runs;
using Lethe.Umm;

namespace Lethe.Reproduction;

/// <summary>What an item needs of one pre-training: undos of it, and protocols on its states.</summary>
/// <param name="Options">The options of the pre-training.</param>
internal sealed record RunNeed(RunOptions Options)
{
    public IReadOnlyList<UmmOptions> Undos { get; init; } = [];

    /// <summary>Protocols on the states before, control and UMM of the first undo.</summary>
    public IReadOnlyList<ProtocolNeed> Protocols { get; init; } = [];
}
