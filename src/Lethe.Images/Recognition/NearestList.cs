namespace Lethe.Recognition;

/// <summary>The most similar rows so far, most similar first, of equally similar ones the lower.</summary>
/// <param name="most">How many are kept.</param>
internal sealed class NearestList(int most)
{
    private readonly List<(int Index, float Similarity)> best = new(Math.Min(most, 1024) + 1);

    /// <summary>The rows that are kept.</summary>
    public IReadOnlyList<(int Index, float Similarity)> Best => best;

    /// <summary>Keeps a row if it is one of the most similar. Rows may come in any order.</summary>
    public void Add(int index, float similarity)
    {
        if (best.Count == most && !IsBefore(index, similarity, best[^1]))
            return;
        int low = 0, high = best.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (IsBefore(index, similarity, best[middle]))
                high = middle;
            else
                low = middle + 1;
        }

        best.Insert(low, (index, similarity));
        if (best.Count > most)
            best.RemoveAt(most);
    }

    private static bool IsBefore(int index, float similarity, (int Index, float Similarity) other) =>
        similarity > other.Similarity || (similarity == other.Similarity && index < other.Index);
}
