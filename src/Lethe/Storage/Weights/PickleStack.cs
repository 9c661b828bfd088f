namespace Lethe.Storage.Weights;

/// <summary>What a pickle works on: a stack with marks, and a memo of objects that are referred to again. All of it is paid for.</summary>
/// <param name="budget">What reading may cost.</param>
internal sealed class PickleStack(ReadBudget budget)
{
    // Bytes that are taken at most, with the growth of what holds them.
    private const int PushCost = 48;
    private const int ItemCost = 96;
    private const int ObjectCost = 96;

    private readonly List<object?> items = [];
    private readonly List<int> marks = [];
    private readonly Dictionary<long, object?> memo = [];

    /// <summary>The object on top.</summary>
    /// <exception cref="PickleException">
    /// There is none above the last mark: what lies below is taken by nothing until the mark is gone.
    /// </exception>
    public object? Top => items.Count > (marks.Count > 0 ? marks[^1] : 0)
        ? items[^1]
        : throw new PickleException("takes from an empty stack");

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        items.Clear();
        marks.Clear();
        memo.Clear();
    }

    /// <summary>Puts an object on top.</summary>
    /// <param name="value">The object, new.</param>
    public void Push(object? value)
    {
        budget.Describe(PushCost + (value switch
        {
            null => 0,
            string text => 32 + (2 * text.Length),
            object?[] tuple => 24 + (8 * tuple.Length),
            _ => ObjectCost,
        }));
        items.Add(value);
    }

    /// <summary>Takes the object on top.</summary>
    /// <exception cref="PickleException">There is none.</exception>
    public object? Pop()
    {
        object? value = Top;
        items.RemoveAt(items.Count - 1);
        return value;
    }

    /// <summary>Takes the object on top away, or the mark.</summary>
    /// <exception cref="PickleException">There is neither.</exception>
    public void Drop()
    {
        if (marks.Count > 0 && marks[^1] == items.Count)
            marks.RemoveAt(marks.Count - 1);
        else
            Pop();
    }

    /// <summary>Sets a mark.</summary>
    public void Mark()
    {
        budget.Describe(sizeof(int) * 4);
        marks.Add(items.Count);
    }

    /// <summary>Takes all objects down to the last mark, and the mark.</summary>
    /// <exception cref="PickleException">There is no mark.</exception>
    public object?[] ToMark()
    {
        if (marks.Count == 0)
            throw new PickleException("has no mark where one was expected");
        int from = marks[^1];
        marks.RemoveAt(marks.Count - 1);
        budget.Describe(24 + (8L * (items.Count - from)));
        object?[] values = new object?[items.Count - from];
        items.CopyTo(from, values, 0, values.Length);
        items.RemoveRange(from, values.Length);
        return values;
    }

    /// <summary>Remembers the object on top.</summary>
    /// <param name="place">Its number; null for the next one.</param>
    public void Remember(long? place)
    {
        budget.Describe(ItemCost);
        memo[place ?? memo.Count] = Top;
    }

    /// <summary>Puts an object on top that was remembered.</summary>
    /// <param name="place">Its number.</param>
    /// <exception cref="PickleException">There is none of this number.</exception>
    public void Recall(long place)
    {
        if (!memo.TryGetValue(place, out object? value))
            throw new PickleException($"refers to its object {place}, which it does not have");
        budget.Describe(PushCost);
        items.Add(value);
    }

    /// <summary>Adds to the list on top.</summary>
    /// <param name="added">What is added.</param>
    public void Extend(object?[] added)
    {
        budget.Describe((long)ItemCost * added.Length);
        if (Top is List<object?> list)
            list.AddRange(added);
    }

    /// <summary>Sets entries of the dictionary on top.</summary>
    /// <param name="pairs">Key, value, key, value.</param>
    public void Set(object?[] pairs)
    {
        budget.Describe((long)ItemCost * pairs.Length);
        if (Top is not PickleDictionary dictionary)
            return;
        for (int i = 0; i + 1 < pairs.Length; i += 2)
            dictionary.Items.Add((pairs[i], pairs[i + 1]));
    }
}
