using System.Runtime.InteropServices;
using Lethe.Runtime;

namespace Lethe.Operators;

/// <summary>
/// Memory for the large maps of a network: a block that is given back serves the next map of exactly that size. A training step asks for the same sizes each time, so
/// nothing is left over; the C library's heap cuts a free block for a smaller map, finds none for the next large one, and grows far beyond what is in use.
/// </summary>
/// <remarks>
/// Free blocks are kept as far as all blocks together take 64 MiB more than were ever in use at once; of the others, those of the size that was not asked for
/// for longest go first. Without any more, a thin network trains a sixth slower, since the system clears each block that it gives again. Where more than
/// 1 GiB is in use, nothing more is kept: what is computed in such blocks takes so long that clearing them does not matter.
/// </remarks>
internal static unsafe partial class BlockPool
{
    private const nuint Header = 64; // holds the size, and keeps the block at the start of a line of the cache
    private const nuint Idle = 64 << 20;
    private const nuint Much = 1 << 30;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<nuint, Stack<nint>> Free = [];
    private static readonly LinkedList<nuint> Sizes = []; // the one not asked for for longest first
    private static nuint inUse;
    private static nuint mostInUse;
    private static nuint free;

    /// <summary>A block, from the start of a line of the cache, of any content.</summary>
    /// <param name="bytes">Its size.</param>
    /// <returns>Its first byte.</returns>
    /// <exception cref="TrainingException">The system has no more.</exception>
    public static void* Take(nuint bytes)
    {
        lock (Gate)
        {
            if (!Free.TryGetValue(bytes, out Stack<nint>? blocks))
                Free[bytes] = blocks = [];
            Sizes.Remove(bytes);
            Sizes.AddLast(bytes);
            byte* block;
            if (blocks.TryPop(out nint found))
            {
                free -= bytes;
                block = (byte*)found;
            }
            else
            {
                Trim((mostInUse > inUse + bytes ? mostInUse - inUse - bytes : 0) + (mostInUse < Much ? Idle : 0));
                block = (byte*)Allocate(bytes + Header);
                *(nuint*)block = bytes;
            }

            inUse += bytes;
            mostInUse = Math.Max(mostInUse, inUse);
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
            Free[bytes].Push((nint)block);
            inUse -= bytes;
            free += bytes;
        }
    }

    private static void Trim(nuint most)
    {
        for (LinkedListNode<nuint>? size = Sizes.First; size is not null && free > most; size = size.Next)
        {
            Stack<nint> blocks = Free[size.Value];
            while (free > most && blocks.TryPop(out nint block))
            {
                Release((void*)block, size.Value + Header);
                free -= size.Value;
            }
        }
    }

    // From the system itself: what the C library's heap is given back stays with it where something lies above it.
    private static void* Allocate(nuint bytes)
    {
        const int ReadAndWrite = 3, PrivateAndAnonymous = 0x22;
        if (!OperatingSystem.IsLinux())
            return NativeMemory.AlignedAlloc(bytes, Header);
        void* block = Map(0, bytes, ReadAndWrite, PrivateAndAnonymous, -1, 0);
        return (nint)block == -1 ? throw new TrainingException($"The system has no {bytes} bytes left for a feature map. Lower --batch-size.") : block;
    }

    private static void Release(void* block, nuint bytes)
    {
        if (OperatingSystem.IsLinux())
            _ = Unmap(block, bytes);
        else
            NativeMemory.AlignedFree(block);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial void* Map(nint at, nuint bytes, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* at, nuint bytes);
}
