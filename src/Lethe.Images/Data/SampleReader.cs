using System.Runtime.InteropServices;

namespace Lethe.Data;

/// <summary>The samples of an image as numbers, whatever their type.</summary>
internal readonly ref struct SampleReader(Image image)
{
    private readonly ReadOnlySpan<byte> bytes = image.Pixels.Span;
    private readonly SampleType type = image.Samples;

    /// <summary>How many there are.</summary>
    public int Count => bytes.Length / type.Size();

    /// <summary>One of them.</summary>
    public float this[int index] => type switch
    {
        SampleType.UInt8 => bytes[index],
        SampleType.UInt16 => MemoryMarshal.Cast<byte, ushort>(bytes)[index],
        _ => MemoryMarshal.Cast<byte, float>(bytes)[index],
    };

    /// <summary>Some of them, one after the other; what is no finite number is 0.</summary>
    /// <param name="from">The first.</param>
    /// <param name="to">Where they go.</param>
    public void CopyTo(int from, Span<float> to)
    {
        switch (type)
        {
            case SampleType.UInt8:
                ReadOnlySpan<byte> small = bytes.Slice(from, to.Length);
                for (int i = 0; i < to.Length; i++)
                    to[i] = small[i];
                break;
            case SampleType.UInt16:
                ReadOnlySpan<ushort> words = MemoryMarshal.Cast<byte, ushort>(bytes).Slice(from, to.Length);
                for (int i = 0; i < to.Length; i++)
                    to[i] = words[i];
                break;
            default:
                ReadOnlySpan<float> numbers = MemoryMarshal.Cast<byte, float>(bytes).Slice(from, to.Length);
                for (int i = 0; i < to.Length; i++)
                    to[i] = float.IsFinite(numbers[i]) ? numbers[i] : 0;
                break;
        }
    }
}
