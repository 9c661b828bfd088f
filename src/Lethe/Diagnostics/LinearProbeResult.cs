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
    double Accuracy, double Strength, double ValidationAccuracy, int TrainRows, int TestRows, int Classes)
{
    /// <summary>Which test rows were labelled right, as <see cref="Diagnostics.Hits"/> packs it.</summary>
    public required string Hits { get; init; }

    /// <summary>Puts together what was found of parts of the test rows with fits of their own.</summary>
    /// <param name="parts">
    /// The places of the test rows of each part among all, and what was found of them; together each place once.
    /// </param>
    /// <returns>Accuracy and hits of all test rows; the rest is that of the first part.</returns>
    public static LinearProbeResult Join(IReadOnlyList<(int[] Places, LinearProbeResult Found)> parts)
    {
        (double accuracy, int rows, string hits) = Diagnostics.Hits.Join([.. parts.Select(part => (part.Places, part.Found.Hits))]);
        return parts[0].Found with { Accuracy = accuracy, TestRows = rows, Hits = hits };
    }
}
