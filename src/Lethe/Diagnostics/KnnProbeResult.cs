namespace Lethe.Diagnostics;

/// <summary>What weighted k nearest neighbours reached.</summary>
/// <param name="Accuracy">Fraction of the queries that were labelled right, in [0, 1].</param>
/// <param name="Neighbours">How many neighbours voted: k, or the size of a smaller bank.</param>
/// <param name="BankRows">Rows with known labels.</param>
/// <param name="QueryRows">Rows labelled.</param>
internal sealed record KnnProbeResult(double Accuracy, int Neighbours, int BankRows, int QueryRows)
{
    /// <summary>Which queries were labelled right, as <see cref="Diagnostics.Hits"/> packs it.</summary>
    public required string Hits { get; init; }

    /// <summary>Puts together what was found of parts of the queries with banks of their own.</summary>
    /// <param name="parts">The places of the queries of each part among all, and what was found of them; together each place once.</param>
    /// <returns>Accuracy and hits of all queries; the rest is that of the first part.</returns>
    public static KnnProbeResult Join(IReadOnlyList<(int[] Places, KnnProbeResult Found)> parts)
    {
        (double accuracy, int rows, string hits) = Diagnostics.Hits.Join([.. parts.Select(part => (part.Places, part.Found.Hits))]);
        return parts[0].Found with { Accuracy = accuracy, QueryRows = rows, Hits = hits };
    }
}
