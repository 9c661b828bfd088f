namespace Lethe.Diagnostics;

/// <summary>What a linear regression reached.</summary>
/// <param name="Determination">
/// R² on the test rows: 1 − Σ(y − ŷ)² / Σ(y − ȳ)², ȳ the mean of the test rows; 1 is perfect, 0 what the mean alone gives, below it is
/// worse.
/// </param>
/// <param name="Strength">The chosen ridge penalty, divided by the rows.</param>
/// <param name="ValidationDetermination">
/// R² of that strength on the split-off part of the training rows, before the refit on all of them.
/// </param>
/// <param name="TrainRows">Rows fitted on.</param>
/// <param name="TestRows">Rows tested on.</param>
internal sealed record RidgeRegressionResult(
    double Determination, double Strength, double ValidationDetermination, int TrainRows, int TestRows);
