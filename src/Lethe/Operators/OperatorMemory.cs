namespace Lethe.Operators;

/// <summary>The memory that Lethe's own operations on a processor keep for their next use, outside of the managed heap.</summary>
public static class OperatorMemory
{
    /// <summary>
    /// Gives back what is held and not in use, at once; by itself that happens ten to twenty seconds after the last operation. Any thread
    /// may call it at any time. The memory in which threads compute, some megabytes each, shrinks with the next operation on each of them,
    /// to what that one needs.
    /// </summary>
    public static void Trim()
    {
        BlockPool.Trim();
        NativeBuffer.ShrinkAll();
    }
}
