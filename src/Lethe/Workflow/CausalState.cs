using Lethe.Evaluation;
using Lethe.Reporting;

namespace Lethe.Workflow;

/// <summary>The causal reading of an encoder in one state.</summary>
/// <param name="Stage">Untrained, before, control or after UMM.</param>
/// <param name="Name">The checkpoint of the pre-training (last, or epoch-00010), or the name of the undo.</param>
/// <param name="Layers">Every layer, first to last.</param>
public sealed record CausalState(EvaluationStage Stage, string Name, IReadOnlyList<CausalLayer> Layers);
