using static TorchSharp.torch;

namespace Lethe.Storage.Weights;

/// <summary>The memory that tensors of a PyTorch file share.</summary>
/// <param name="typeName">Its type as PyTorch calls it, as <c>FloatStorage</c>.</param>
/// <param name="count">Its elements, as the pickle says.</param>
internal sealed class TorchStorage(string typeName, long count)
{
    /// <summary>The type as PyTorch calls it.</summary>
    public string TypeName { get; } = typeName;

    /// <summary>The type of its elements; null where it is not read here, or not said.</summary>
    public ScalarType? Kind { get; } = KindOf(typeName);

    /// <summary>Its elements, as the pickle says.</summary>
    public long Count { get; } = count;

    /// <summary>The first byte in the file; −1 until it is known.</summary>
    public long Position { get; set; } = -1;

    /// <summary>Its bytes.</summary>
    public long Bytes { get; set; }

    /// <summary>The type of a storage's, tensor's or dtype's name.</summary>
    /// <param name="name">As <c>HalfStorage</c>, <c>HalfTensor</c> or <c>float16</c>.</param>
    /// <returns>The type; null where it is not read here.</returns>
    public static ScalarType? KindOf(string name) => name.Replace("Storage", "", StringComparison.Ordinal).Replace(
        "Tensor", "", StringComparison.Ordinal) switch
    {
        "Double" or "float64" or "double" => ScalarType.Float64,
        "Float" or "float32" or "float" => ScalarType.Float32,
        "Half" or "float16" or "half" => ScalarType.Float16,
        "BFloat16" or "bfloat16" => ScalarType.BFloat16,
        "Long" or "int64" or "long" => ScalarType.Int64,
        "Int" or "int32" or "int" => ScalarType.Int32,
        "Short" or "int16" or "short" => ScalarType.Int16,
        "Char" or "int8" => ScalarType.Int8,
        "Byte" or "uint8" => ScalarType.Byte,
        "Bool" or "bool" => ScalarType.Bool,
        _ => null,
    };

    /// <summary>Bytes of an element, also of types that are not read.</summary>
    public int ElementBytes => Kind is { } kind ? StoredTensor.SizeOf(kind) : TypeName switch
    {
        "ComplexDoubleStorage" => 16,
        "ComplexFloatStorage" => 8,
        "QInt32Storage" => 4,
        _ => 1,
    };
}
