using System.Runtime.InteropServices;

namespace Lethe.Runtime;

/// <summary>
/// Memory for the large maps of a network: a block that is given back serves the next map of exactly that size. A training step asks for the same sizes each time, so
/// nothing is left over; the C library's heap cuts a free block for a smaller map, finds none for the next large one, and grows to three times of what is in use.
/// </summary>
/// <remarks>Blocks in use and free ones together take at most a quarter more than was ever in use at once; free ones that were not used for longest go first.</remarks>
internal static unsafe class BlockPool
{
    private const nuint Header = 64;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<nuint, Stack<nint>> Free = [];
    private static readonly LinkedList<nuint> LastUsed = []; // sizes, the one longest ago first
    private static nuint inUse;
    private static nuint mostInUse;
    private static nuint free;

    /// <summary>A block, from the start of a line of the cache, of any content.</summary>
    /// <param name="bytes">Its size.</param>
    /// <returns>Its first byte.</returns>
    public static void* Take(nuint bytes)
    {
        lock (Gate)
        {
            inUse += bytes;
            mostInUse = Math.Max(mostInUse, inUse);
            LastUsed.Remove(bytes);
            LastUsed.AddLast(bytes);
            byte* block;
            if (Free.TryGetValue(bytes, out Stack<nint>? blocks) && blocks.TryPop(out nint found))
            {
                free -= bytes;
                block = (byte*)found;
            }
            else
            {
                Trim();
                block = (byte*)NativeMemory.AlignedAlloc(bytes + Header, Header);
                *(nuint*)block = bytes;
            }

            return block + Header;
        }
    }

    /// <summary>Gives a block back. Any thread may.</summary>
    /// <param name="memory">What <see cref="Take"/> gave.</param>
    public static void Give(void* memory)
    {
        byte* block = (byte*)memory - Header;
        lock (Gate)
        {
            nuint bytes = *(nuint*)block;
            if (!Free.TryGetValue(bytes, out Stack<nint>? blocks))
                Free[bytes] = blocks = new Stack<nint>();
            blocks.Push((nint)block);
            inUse -= bytes;
            free += bytes;
        }
    }

    private static void Trim()
    {
        LinkedListNode<nuint>? size = LastUsed.First;
        while (size is not null && inUse + free > mostInUse + mostInUse / 4)
        {
            if (Free.TryGetValue(size.Value, out Stack<nint>? blocks) && blocks.TryPop(out nint block))
            {
                NativeMemory.AlignedFree((void*)block);
                free -= size.Value;
            }
            else
            {
                size = size.Next;
            }
        }
    }
}
