namespace Lethe.Recognition;

/// <summary>Two images whose embeddings lie close.</summary>
/// <param name="First">The row of the one, in the index that was asked.</param>
/// <param name="Second">The row of the other: in the same index, where it comes later, or in the one that was given.</param>
/// <param name="FirstPath">The path of the one.</param>
/// <param name="SecondPath">The path of the other.</param>
/// <param name="Similarity">The cosine of the two embeddings, in [−1, 1].</param>
public readonly record struct SimilarPair(int First, int Second, string FirstPath, string SecondPath, float Similarity);
