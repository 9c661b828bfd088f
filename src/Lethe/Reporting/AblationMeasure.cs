using Lethe.Diagnostics;
using Lethe.Runs;

namespace Lethe.Reporting;

/// <summary>One number of a row of an <see cref="AblationTable"/>.</summary>
/// <param name="Name">A constant of <see cref="EvaluationProtocol"/>, or <see cref="AblationTable.ReductionGap"/>. Accuracies are fractions, ΔR is in nats.</param>
/// <param name="Value">Mean and spread over runs.</param>
/// <param name="OverControl">What it is above the control of the same run; null for the control itself and where there is none.</param>
/// <param name="OverBefore">What it is above the encoder before UMM of the same run; null for that one itself and where it was not evaluated.</param>
public sealed record AblationMeasure(string Name, Spread Value, PairedDifference? OverControl, PairedDifference? OverBefore);
