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
    /// The elements: <c>float[]</c> for float16 and float32, <c>double[]</c> for float64, <c>long[]</c> for integers and booleans,
    /// <c>string[]</c> for text.
    /// </summary>
    public Array Values { get; }
}
