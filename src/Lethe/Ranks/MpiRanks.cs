using System.Text;

namespace Lethe.Ranks;

/// <summary>Ranks that are connected by MPI.</summary>
/// <remarks>
/// Where a rank ends, mpirun and srun end all others and say which it was; this class does not hear of it. MPI advises libraries to give
/// the same sums on all ranks, which those of Open MPI and MPICH do.
/// </remarks>
internal sealed unsafe class MpiRanks : RankGroup
{
    private const int NameBytes = 256;

    // A rank that waits long leaves its core to others; one that waits for numbers under way moves them by asking.
    private const int Tries = 1000, Patience = 50;

    private readonly MpiLibrary library;
    private bool ended;

    /// <summary>Takes a library that has begun.</summary>
    /// <param name="library">The library.</param>
    public MpiRanks(MpiLibrary library)
    {
        this.library = library;
        (Rank, Count) = (library.Rank, library.Count);
        byte[] own = new byte[NameBytes], all = new byte[NameBytes * Count];
        Encoding.UTF8.GetBytes(Environment.MachineName.AsSpan(), own.AsSpan());
        Gather(own, all, [.. Enumerable.Repeat(NameBytes, Count)]);
        Hosts = [.. all.Chunk(NameBytes).Select(name => Encoding.UTF8.GetString(name).TrimEnd('\0'))];
    }

    /// <inheritdoc/>
    public override int Rank { get; }

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Hosts { get; }

    /// <inheritdoc/>
    public override string Transport => $"MPI ({library.Name})";

    /// <inheritdoc/>
    public override void Sum(Span<float> values)
    {
        fixed (float* first = values)
            Wait(library.Sum(first, values.Length, wide: false));
    }

    /// <inheritdoc/>
    public override void Sum(Span<double> values)
    {
        fixed (double* first = values)
            Wait(library.Sum(first, values.Length, wide: true));
    }

    /// <inheritdoc/>
    public override void Gather(ReadOnlySpan<byte> own, Span<byte> all, IReadOnlyList<int> lengths)
    {
        int[] counts = [.. lengths], places = new int[counts.Length];
        for (int rank = 1; rank < places.Length; rank++)
            places[rank] = places[rank - 1] + counts[rank - 1];
        fixed (byte* mine = own, everything = all)
        {
            fixed (int* count = counts, place = places)
                Wait(library.Gather(mine, own.Length, everything, count, place));
        }
    }

    /// <inheritdoc/>
    public override void Broadcast(Span<byte> bytes)
    {
        fixed (byte* first = bytes)
            Wait(library.Broadcast(first, bytes.Length));
    }

    /// <inheritdoc/>
    public override void Fail(string reason)
    {
        Console.Error.WriteLine($"lethe: {Name(Rank)} failed: {reason}");
        library.Abort();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (!ended)
            library.End();
        ended = true;
    }

    private void Wait(nint request)
    {
        for (int round = 0; ; round++)
        {
            for (int i = 0; i < Tries; i++)
            {
                if (library.IsDone(ref request))
                    return;
                if (i % 10 == 9)
                    Thread.Yield();
            }

            if (round > Patience)
                Thread.Sleep(1);
        }
    }
}
