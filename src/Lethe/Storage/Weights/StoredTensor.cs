using static TorchSharp.torch;

namespace Lethe.Storage.Weights;

/// <summary>Where a tensor lies in a file, and how. Nothing of its values has been read.</summary>
/// <param name="Name">Its name, with the names of the dictionaries around it in front, as <c>state_dict.conv1.weight</c>.</param>
/// <param name="Type">The type as its file calls it.</param>
/// <param name="Kind">The type; null where it is not read here.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Stride">Numbers from one element to the next, by dimension; null where it is contiguous.</param>
/// <param name="Position">The byte of the file at which its first element lies.</param>
internal sealed record StoredTensor(string Name, string Type, ScalarType? Kind, long[] Shape, long[]? Stride, long Position)
{
    private const int MostDimensions = 16;

    /// <summary>How many characters of <see cref="Name"/> name dictionaries around it.</summary>
    public int ContainerLength { get; init; }

    /// <summary>The name in its own dictionary.</summary>
    public string OwnName => Name[ContainerLength..];

    /// <summary>The file that the values lie in, where it is another one.</summary>
    public string? File { get; init; }

    /// <summary>Whether the most significant byte comes first.</summary>
    public bool BigEndian { get; init; }

    /// <summary>The number of elements; of a shape that cannot be, more than any file holds.</summary>
    public Int128 Count => Product(Shape) ?? Int128.One << 100;

    /// <summary>The shape in words.</summary>
    public string ShapeWords => $"[{string.Join(", ", Shape)}]";

    /// <summary>Elements of the storage from the first to the last.</summary>
    public Int128 Extent
    {
        get
        {
            if (Stride is null || Count == 0)
                return Count;
            Int128 last = 0;
            for (int i = 0; i < Shape.Length; i++)
                last += (Int128)(Shape[i] - 1) * Stride[i];
            return last + 1;
        }
    }

    /// <summary>Bytes of an element of a type that is read.</summary>
    /// <param name="type">The type.</param>
    /// <returns>Bytes; 0 of one that is not read.</returns>
    public static int SizeOf(ScalarType? type) => type switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        _ => 0,
    };

    /// <summary>What is wrong with the numbers of a tensor, before any memory is taken for it.</summary>
    /// <param name="offset">The element of its storage that it begins with.</param>
    /// <param name="storage">Bytes of its storage.</param>
    /// <returns>What is wrong; null where it lies within its storage.</returns>
    public string? Problem(long offset, long storage)
    {
        int size = SizeOf(Kind);
        if (Shape.Length > MostDimensions || (Stride is not null && Stride.Length != Shape.Length))
            return $"'{Name}' has {Shape.Length} dimensions and {Stride?.Length} strides";
        if (offset < 0 || Product(Shape) is null || (Stride?.Any(step => step is < 0 or > int.MaxValue) ?? false))
            return $"'{Name}' has the shape {ShapeWords}, the strides [{string.Join(", ", Stride ?? [])}] and the offset {offset}";
        return size == 0 || (offset + Extent) * size <= storage
            ? null
            : $"'{Name}' has the shape {ShapeWords}, which takes {(offset + Extent) * size} bytes of a storage of {storage}";
    }

    // Null where a dimension is negative or the product is more than can be counted.
    private static Int128? Product(long[] shape)
    {
        Int128 count = 1;
        foreach (long dimension in shape)
        {
            if (dimension is < 0 or > 1L << 40)
                return null;
            count *= dimension;
            if (count > 1L << 50)
                return null;
        }

        return count;
    }
}
