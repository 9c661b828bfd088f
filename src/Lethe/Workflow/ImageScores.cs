using Lethe.Diagnostics;

namespace Lethe.Workflow;

/// <summary>How far a run has memorised single images, held against a run without them or against its own held-out images.</summary>
/// <param name="Images">The images scored: indices into the run's training part, in the order of the scores.</param>
/// <param name="Paths">The file of each, or null where images do not come from files of their own.</param>
/// <param name="Candidates">How many images only this run was trained on, scored or not.</param>
/// <param name="Layers">The scores of each layer, first to last.</param>
/// <param name="Differences">What the runs differ by beside seed and images, in words; the scores then show that as well.</param>
internal sealed record ImageScores(
    IReadOnlyList<int> Images, IReadOnlyList<string>? Paths, int Candidates, IReadOnlyList<LayerScores> Layers,
    IReadOnlyList<string> Differences)
{
    /// <summary>Whether the run's own held-out images stand in for a run without the images.</summary>
    public bool ByHeldOut { get; init; }
}
