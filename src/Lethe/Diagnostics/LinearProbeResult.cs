namespace Lethe.Diagnostics;

/// <summary>What a linear probe reached.</summary>
/// <param name="Accuracy">Fraction of the test rows that were labelled right, in [0, 1].</param>
/// <param name="Strength">The chosen ridge penalty, divided by the rows.</param>
/// <param name="ValidationAccuracy">
/// Accuracy of that strength on the split-off part of the training rows, before the refit on all of them.
/// </param>
/// <param name="TrainRows">Rows fitted on.</param>
/// <param name="TestRows">Rows tested on.</param>
/// <param name="Classes">Different labels among the training rows.</param>
internal sealed record LinearProbeResult(
    double Accuracy, double Strength, double ValidationAccuracy, int TrainRows, int TestRows, int Classes);
