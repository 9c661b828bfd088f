using System.Runtime.InteropServices;
using Lethe.Runtime;

namespace Lethe.Operators;

/// <summary>
/// Memory for the large maps of a network: a block that is returned serves the next map of exactly that size. A training step asks for the
/// same sizes each time, so nothing is left over; the C library's heap cuts a free block for a smaller map, finds none for the next large
/// one, and grows far beyond what is in use.
/// </summary>
/// <remarks>
/// <para>
/// The pool keeps at most 64 MiB beyond the recent peak of use; above that it frees blocks of the least recently requested size first.
/// Without this margin a thin network trains a sixth slower, since the system clears each block that it hands out again. Above 1 GiB in
/// use there is no margin: computing in blocks that large takes so long that clearing them does not matter.
/// </para>
/// <para>
/// While free blocks are held, a timer looks at them every ten seconds. Where nothing was rented or returned since the last time, all of
/// them go; otherwise what was in use before the last two times is forgotten, so that a program that trained and now only embeds does not
/// keep what training needed.
/// </para>
/// </remarks>
internal static unsafe partial class BlockPool
{
    private const nuint Line = 64;
    private const nuint Spare = 64 << 20;
    private const nuint Much = 1 << 30;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly Lock Gate = new();
    private static readonly Dictionary<nint, nuint> Rented = []; // sizes
    private static readonly Dictionary<nuint, LinkedListNode<Shelf>> Shelves = [];
    private static readonly LinkedList<Shelf> Order = []; // the size not asked for for longest first
    private static readonly Timer Clock = new(_ => Tick());
    private static bool ticking;
    private static bool used; // since the last tick
    private static nuint inUse;
    private static nuint peak; // since the last tick
    private static nuint peakBefore;
    private static nuint free;

    /// <summary>Bytes that are held and not in use.</summary>
    internal static nuint FreeBytes
    {
        get
        {
            lock (Gate)
                return free;
        }
    }

    /// <summary>A block, from the start of a line of the cache, of any content.</summary>
    /// <param name="bytes">Its size, at least 1.</param>
    /// <returns>Its first byte.</returns>
    /// <exception cref="TrainingException">The system has no more, even without the free blocks.</exception>
    public static void* Rent(nuint bytes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bytes);
        lock (Gate)
        {
            LinkedListNode<Shelf> shelf = ShelfOf(bytes);
            Order.Remove(shelf);
            Order.AddLast(shelf);
            if (shelf.Value.Blocks.TryPop(out nint block))
            {
                free -= bytes;
            }
            else
            {
                TrimTo(Kept(inUse + bytes));
                block = Allocate(bytes);
            }

            Rented.Add(block, bytes);
            inUse += bytes;
            peak = Math.Max(peak, inUse);
            used = true;
            return (void*)block;
        }
    }

    /// <summary>Returns a block. Any thread may.</summary>
    /// <param name="memory">What <see cref="Rent"/> gave.</param>
    /// <exception cref="ArgumentException">
    /// It is not rented: it was returned before, or is none of the pool's. Nothing has changed.
    /// </exception>
    public static void Return(void* memory)
    {
        lock (Gate)
        {
            if (!Rented.Remove((nint)memory, out nuint bytes))
                throw new ArgumentException("This block is not rented: it was returned before, or is none of the pool's.", nameof(memory));
            ShelfOf(bytes).Value.Blocks.Push((nint)memory);
            inUse -= bytes;
            free += bytes;
            used = true;
            if (!ticking)
                ticking = Clock.Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Gives all free blocks back to the system.</summary>
    public static void Trim()
    {
        lock (Gate)
        {
            peak = peakBefore = inUse;
            TrimTo(0);
        }
    }

    /// <summary>Whether a block is in use.</summary>
    /// <param name="memory">Its first byte.</param>
    /// <returns>Whether it is.</returns>
    internal static bool IsRented(void* memory)
    {
        lock (Gate)
            return Rented.ContainsKey((nint)memory);
    }

    /// <summary>What the timer does every ten seconds.</summary>
    internal static void Tick()
    {
        lock (Gate)
        {
            if (used)
            {
                (peakBefore, peak, used) = (peak, inUse, false);
                TrimTo(Kept(inUse));
            }
            else
            {
                Trim();
                NativeBuffer.ShrinkAll();
            }

            ticking = free > 0 && Clock.Change(Interval, Timeout.InfiniteTimeSpan);
        }
    }

    // How much may lie free beside what is in use.
    private static nuint Kept(nuint inUse)
    {
        nuint most = Math.Max(peak, peakBefore);
        return (most > inUse ? most - inUse : 0) + (most < Much ? Spare : 0);
    }

    private static LinkedListNode<Shelf> ShelfOf(nuint bytes)
    {
        if (!Shelves.TryGetValue(bytes, out LinkedListNode<Shelf>? shelf))
            Shelves[bytes] = shelf = Order.AddLast(new Shelf(bytes, []));
        return shelf;
    }

    private static void TrimTo(nuint most)
    {
        while (free > most && Order.First is { Value: Shelf shelf } first)
        {
            while (free > most && shelf.Blocks.TryPop(out nint block))
            {
                Release((void*)block, shelf.Bytes);
                free -= shelf.Bytes;
            }

            if (shelf.Blocks.Count > 0)
                return;
            Order.Remove(first);
            Shelves.Remove(shelf.Bytes);
        }
    }

    private static nint Allocate(nuint bytes)
    {
        if (TryAllocate(bytes) is nint block && block != 0)
            return block;
        TrimTo(0);
        return TryAllocate(bytes) is nint again && again != 0
            ? again
            : throw new TrainingException($"The system has no {bytes} bytes left for a feature map. Lower --batch-size.");
    }

    // From the system itself: what the C library's heap is given back stays with it where something lies above it.
    private static nint TryAllocate(nuint bytes)
    {
        const int ReadAndWrite = 3, PrivateAndAnonymous = 0x22;
        if (OperatingSystem.IsLinux())
            return (nint)Map(0, bytes, ReadAndWrite, PrivateAndAnonymous, -1, 0) is nint block && block != -1 ? block : 0;
        try
        {
            return (nint)NativeMemory.AlignedAlloc(bytes, Line);
        }
        catch (OutOfMemoryException)
        {
            return 0;
        }
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

    /// <summary>The free blocks of one size.</summary>
    private sealed record Shelf(nuint Bytes, Stack<nint> Blocks);
}
