using Lethe.Runtime;

namespace Lethe.Storage;

/// <summary>An array read from a .npy file, in C order: the last index runs fastest.</summary>
internal sealed class NpyArray
{
    internal NpyArray(string source, string elementType, long[] shape, Array values)
    {
        Source = source;
        ElementType = elementType;
        Shape = shape;
        Values = values;
    }

    /// <summary>Where it came from, for messages.</summary>
    public string Source { get; }

    /// <summary>NumPy's name of the element type in the file, as <c>&lt;f4</c>.</summary>
    public string ElementType { get; }

    /// <summary>The length of each dimension; empty for a single value.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>
    /// The elements: <c>float[]</c> for float16 and float32, <c>double[]</c> for float64, <c>long[]</c> for integers and booleans.
    /// </summary>
    public Array Values { get; }

    /// <summary>The array as labels.</summary>
    /// <returns>One label an element.</returns>
    /// <exception cref="DataException">The elements are not integers that fit 32 bits, or the shape is not [N] or [N, 1].</exception>
    public int[] ToLabels()
    {
        if (Shape.Count == 0 || Shape.Count > 2 || (Shape.Count == 2 && Shape[1] != 1))
            throw new DataException($"Expected labels of shape [N] in {Source}, found [{string.Join(", ", Shape)}].");
        if (Values is not long[] integers)
            throw new DataException(
                $"Expected integer labels in {Source}, found elements of type '{ElementType}'. Save them with labels.astype('int64').");

        int[] labels = new int[integers.Length];
        for (int i = 0; i < labels.Length; i++)
        {
            if (integers[i] is < int.MinValue or > int.MaxValue)
                throw new DataException(
                    $"Expected labels that fit 32 bits in {Source}, found {integers[i]} at {i}. Number the classes from 0.");
            labels[i] = (int)integers[i];
        }

        return labels;
    }
}
