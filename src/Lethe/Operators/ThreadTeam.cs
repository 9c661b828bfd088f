using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Lethe.Runtime;
using TorchSharp;

namespace Lethe.Operators;

/// <summary>
/// Shares work out to the threads that torch computes with. They are torch's own where these can be had (libgomp, Linux), so that no
/// thread of ours wants a core on which one of torch's still waits for its next work.
/// </summary>
internal static unsafe class ThreadTeam
{
    private static readonly delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void> Parallel = FindParallel();

    [ThreadStatic]
    private static NativeBuffer? own;

    /// <summary>Does an item, with memory that is the thread's alone until it returns.</summary>
    /// <param name="item">The item.</param>
    /// <param name="scratch">As many numbers as were asked for, of any value.</param>
    public delegate void ItemWork(int item, float* scratch);

    /// <summary>Threads that take part, as torch was told.</summary>
    public static int Threads => torch.get_num_threads();

    /// <summary>
    /// Does each of some items once, on whichever thread is free. An error in one keeps the threads from taking others and is thrown here,
    /// once all have stopped. The work may call this again.
    /// </summary>
    /// <param name="items">How many.</param>
    /// <param name="scratch">Numbers that a thread needs for itself.</param>
    /// <param name="work">Does one.</param>
    public static void For(int items, nint scratch, ItemWork work) => For(items, scratch, work, Parallel is not null);

    /// <summary>The same, on torch's threads or on .NET's.</summary>
    /// <param name="items">How many.</param>
    /// <param name="scratch">Numbers that a thread needs for itself.</param>
    /// <param name="work">Does one.</param>
    /// <param name="onTorchs">Whether on torch's.</param>
    internal static void For(int items, nint scratch, ItemWork work, bool onTorchs)
    {
        int next = 0;
        Exception? error = null;
        void TakeItems()
        {
            NativeBuffer? buffer = null;
            try
            {
                // While it is in use, the buffer is nobody else's: not of work within this work either.
                buffer = own ?? new NativeBuffer();
                own = null;
                float* memory = buffer.Take(scratch);
                while (Volatile.Read(ref error) is null && Interlocked.Increment(ref next) - 1 is int item && item < items)
                    work(item, memory);
            }
            catch (Exception thrown)
            {
                // Below this lies native code, which no exception may pass.
                Interlocked.CompareExchange(ref error, thrown, null);
            }
            finally
            {
                own = buffer;
            }
        }

        int threads = Math.Min(Threads, items);
        if (threads <= 1)
        {
            TakeItems();
        }
        else if (!onTorchs)
        {
            System.Threading.Tasks.Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => TakeItems());
        }
        else
        {
            GCHandle handle = GCHandle.Alloc((Action)TakeItems);
            try
            {
                Parallel(&Enter, (void*)GCHandle.ToIntPtr(handle), (uint)threads, 0);
            }
            finally
            {
                handle.Free();
            }
        }

        if (error is not null)
            ExceptionDispatchInfo.Throw(error);
    }

    [UnmanagedCallersOnly]
    private static void Enter(void* work) => Unsafe.As<Action>(GCHandle.FromIntPtr((nint)work).Target!)();

    // Found through torch's library, which depends on it: there may be others of that name.
    private static delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void> FindParallel() =>
        NativeLibrary.TryLoad(TorchRuntime.LibraryName, typeof(torch).Assembly, null, out nint library)
        && NativeLibrary.TryGetExport(library, "GOMP_parallel", out nint parallel)
            ? (delegate* unmanaged<delegate* unmanaged<void*, void>, void*, uint, uint, void>)parallel
            : null;
}
