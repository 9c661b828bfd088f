using static TorchSharp.torch;

namespace Lethe.Operators;

/// <summary>Checks of tensors before their memory is looked at.</summary>
internal static class TensorCheck
{
    /// <summary>A tensor must be there and not disposed.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="name">What the caller calls it.</param>
    /// <exception cref="ArgumentException">It is missing or disposed.</exception>
    public static void Usable(Tensor tensor, string name)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor.IsInvalid)
            throw new ArgumentException("The tensor has been disposed.", name);
    }

    /// <summary>A tensor must have a shape.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="shape">The shape.</param>
    /// <param name="name">What the caller calls it.</param>
    /// <exception cref="ArgumentException">It has another.</exception>
    public static void Shape(Tensor tensor, ReadOnlySpan<long> shape, string name)
    {
        if (!shape.SequenceEqual(tensor.shape))
            throw new ArgumentException($"Expected shape [{string.Join(", ", shape.ToArray())}], found {Words(tensor)}.", name);
    }

    /// <summary>A tensor must have the type of another, and be where that is.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="other">The other.</param>
    /// <param name="name">What the caller calls the first.</param>
    /// <exception cref="ArgumentException">It differs.</exception>
    public static void Alike(Tensor tensor, Tensor other, string name)
    {
        if (tensor.dtype != other.dtype || tensor.device_type != other.device_type || tensor.device_index != other.device_index)
            throw new ArgumentException($"Expected {other.dtype} on {other.device} as the input is, found {Words(tensor)}.", name);
    }

    /// <summary>What a tensor is, for messages.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <returns>Shape, type and device.</returns>
    public static string Words(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}] of {tensor.dtype} on {tensor.device}";
}
