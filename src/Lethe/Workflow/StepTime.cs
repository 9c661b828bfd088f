namespace Lethe.Workflow;

/// <summary>How long training takes on this machine.</summary>
/// <param name="Step">Seconds of a step of the optimiser.</param>
/// <param name="Evaluation">Seconds of an evaluation of all layers.</param>
internal readonly record struct StepTime(double Step, double Evaluation);
