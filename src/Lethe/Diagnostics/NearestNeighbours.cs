namespace Lethe.Diagnostics;

/// <summary>The nearest rows of a bank for each query, nearest first.</summary>
/// <param name="Indices">Shape [queries, k]: rows of the bank.</param>
/// <param name="Similarities">Shape [queries, k]: their cosines, in [−1, 1], falling.</param>
internal sealed record NearestNeighbours(int[,] Indices, float[,] Similarities)
{
    /// <summary>How many queries there are.</summary>
    public int Queries => Indices.GetLength(0);

    /// <summary>How many neighbours each has.</summary>
    public int Count => Indices.GetLength(1);
}
