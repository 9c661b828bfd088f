using Lethe.Evaluation;
using Lethe.Runs;

namespace Lethe.Workflow;

/// <summary>What is measured of each state of an encoder: probes, or a protocol with its images.</summary>
/// <param name="Protocol">The protocol of its records.</param>
/// <param name="Title">What the progress says before the state.</param>
/// <param name="Measure">Measures an encoder in a state, telling how far it has come.</param>
internal sealed record EvaluationPart(
    string Protocol, string Title, Func<EvaluationStage, EncoderState, Action<string>, IEnumerable<EvaluationRecord>> Measure)
{
    /// <summary>The target of its records.</summary>
    public string? Target { get; init; }

    /// <summary>Where it is written down that the run's test or sealed images are measured; null where others are.</summary>
    public LookBook? Looks { get; init; }
}
