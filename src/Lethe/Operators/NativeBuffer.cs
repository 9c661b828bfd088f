using System.Runtime.InteropServices;

namespace Lethe.Operators;

/// <summary>
/// Memory outside of the managed heap that is kept from one use to the next and grows as needed. Large blocks that are given back are cleared by the system
/// when they are taken again, which took most of the time of the convolutions with the largest filters.
/// </summary>
internal sealed unsafe class NativeBuffer
{
    private const nuint Line = 64;

    private float* memory;
    private nint size;

    /// <summary>Frees the memory.</summary>
    ~NativeBuffer() => NativeMemory.AlignedFree(memory);

    /// <summary>Some numbers of any value, from the start of a line of the cache. What was taken before is given up.</summary>
    /// <param name="count">How many.</param>
    /// <returns>The first.</returns>
    public float* Take(nint count)
    {
        if (count > size)
        {
            NativeMemory.AlignedFree(memory);
            size = 0;
            memory = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), Line);
            size = count;
        }

        return memory;
    }
}
