namespace Lethe.Recognition;

/// <summary>An image of an <see cref="EmbeddingIndex"/> beside a query.</summary>
/// <param name="Index">Its row in the index.</param>
/// <param name="Path">Its path there.</param>
/// <param name="Similarity">The cosine of the two embeddings, in [−1, 1].</param>
public readonly record struct Neighbour(int Index, string Path, float Similarity);
