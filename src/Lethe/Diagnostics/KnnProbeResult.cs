namespace Lethe.Diagnostics;

/// <summary>What weighted k nearest neighbours reached.</summary>
/// <param name="Accuracy">Fraction of the queries that were labelled right, in [0, 1].</param>
/// <param name="Neighbours">How many neighbours voted: k, or the size of a smaller bank.</param>
/// <param name="BankRows">Rows with known labels.</param>
/// <param name="QueryRows">Rows labelled.</param>
internal sealed record KnnProbeResult(double Accuracy, int Neighbours, int BankRows, int QueryRows);
