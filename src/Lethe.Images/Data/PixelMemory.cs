namespace Lethe.Data;

/// <summary>
/// Room for the pixels of decoded images. Small images share blocks that the garbage collector leaves where they are: as arrays of their
/// own they would be copied twice while a set is read.
/// </summary>
internal static class PixelMemory
{
    private const int Block = 1 << 20;
    private const int Small = 1 << 16;

    [ThreadStatic]
    private static Memory<byte> free; // what is left of the thread's block

    /// <param name="length">Bytes.</param>
    /// <returns>Memory that nobody else has, with anything in it.</returns>
    public static Memory<byte> Allocate(int length)
    {
        if (length > Small)
            return GC.AllocateUninitializedArray<byte>(length);
        if (free.Length < length)
            free = GC.AllocateUninitializedArray<byte>(Block);
        Memory<byte> taken = free[..length];
        free = free[length..];
        return taken;
    }
}
