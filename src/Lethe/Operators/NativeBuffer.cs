using System.Runtime.InteropServices;

namespace Lethe.Operators;

/// <summary>
/// Memory outside of the managed heap that is kept from one use to the next and grows as needed. The system clears large
/// blocks each time they are allocated again; that dominated convolutions with large filters, so the buffer is kept.
/// </summary>
internal sealed unsafe class NativeBuffer
{
    private const nuint Line = 64;

    private static int shrinks;

    private float* memory;
    private nint size;
    private int shrinksSeen;

    /// <summary>Frees the memory.</summary>
    ~NativeBuffer() => NativeMemory.AlignedFree(memory);

    /// <summary>
    /// Lets each buffer fall back to what it is asked for next. Not before: only its own thread knows when its memory is not in use.
    /// </summary>
    public static void ShrinkAll() => Interlocked.Increment(ref shrinks);

    /// <summary>Some numbers of any value, from the start of a line of the cache. What was taken before is given up.</summary>
    /// <param name="count">How many.</param>
    /// <returns>The first.</returns>
    /// <exception cref="OutOfMemoryException">The system has no more; the buffer is empty then and can be used again.</exception>
    public float* Take(nint count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        int now = Volatile.Read(ref shrinks);
        if (count > size || (now != shrinksSeen && count < size))
        {
            NativeMemory.AlignedFree(memory);
            memory = null;
            size = 0;
            memory = (float*)NativeMemory.AlignedAlloc(checked((nuint)count * sizeof(float)), Line);
            size = count;
        }

        shrinksSeen = now;
        return memory;
    }
}
