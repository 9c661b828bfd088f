using Lethe.Runs;

namespace Lethe.Results;

/// <summary>One number of a <see cref="SummaryTable"/>.</summary>
/// <param name="Layer">Row.</param>
/// <param name="Protocol">Column: a constant of <see cref="EvaluationProtocol"/>.</param>
/// <param name="Stage">Column within the protocol.</param>
/// <param name="Value">Mean and spread over seeds; fractions for accuracies, nats for ΔR.</param>
internal sealed record SummaryCell(string Layer, string Protocol, EvaluationStage Stage, Spread Value);
