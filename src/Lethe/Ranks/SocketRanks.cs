using System.Net.Sockets;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Lethe.Ranks;

/// <summary>
/// Ranks that are connected each with each by sockets: those that <c>--ranks</c> starts on one machine, and those of a few machines without
/// MPI.
/// </summary>
/// <remarks>
/// Short vectors are added up by every rank for itself, in the order of ranks; long ones in parts, one by each rank, which are then given
/// to all: so every rank sends and receives twice the vector, whatever their number.
/// </remarks>
internal sealed unsafe class SocketRanks : RankGroup
{
    private const int ShortBytes = 1 << 16;
    private const int LargestPart = 1 << 24;

    // Other ranks are at most a little later in most of what is waited for.
    private const int Tries = 50;

    private readonly SocketPeer?[] peers;
    private byte[] memory = [];
    private bool failed;

    /// <summary>Takes the connections.</summary>
    /// <param name="rank">This process' place.</param>
    /// <param name="hosts">The machine of each rank.</param>
    /// <param name="connections">A connected socket for each other rank, null for this one.</param>
    public SocketRanks(int rank, IReadOnlyList<string> hosts, IReadOnlyList<Socket?> connections)
    {
        (Rank, Hosts) = (rank, hosts);
        peers = [.. connections.Select(socket => socket is null ? null : new SocketPeer(socket))];
    }

    /// <inheritdoc/>
    public override int Rank { get; }

    /// <inheritdoc/>
    public override int Count => peers.Length;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Hosts { get; }

    /// <inheritdoc/>
    public override string Transport => "sockets";

    /// <inheritdoc/>
    public override void Sum(Span<float> values) => SumOf(values);

    /// <inheritdoc/>
    public override void Sum(Span<double> values) => SumOf(values);

    /// <inheritdoc/>
    public override void Gather(ReadOnlySpan<byte> own, Span<byte> all, IReadOnlyList<int> lengths)
    {
        if (own.Length != lengths[Rank] || all.Length != lengths.Sum())
            throw new ArgumentException($"Expected {lengths[Rank]} of {lengths.Sum()} bytes, found {own.Length} of {all.Length}.");
        fixed (byte* mine = own, everything = all)
        {
            long[] places = Places(lengths.Select(length => (long)length));
            byte* from = mine, to = everything;
            Exchange(_ => new(from, lengths[Rank]), rank => new(to + places[rank], lengths[rank]));
            own.CopyTo(all[(int)places[Rank]..]);
        }
    }

    /// <inheritdoc/>
    public override void Broadcast(Span<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            byte* at = first;
            int length = bytes.Length;
            Exchange(_ => new(at, Rank == 0 ? length : 0), rank => new(at, rank == 0 ? length : 0));
        }
    }

    /// <inheritdoc/>
    public override void Fail(string reason)
    {
        if (failed)
            return;
        failed = true;
        foreach (SocketPeer? peer in peers)
            peer?.Fail(reason);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (SocketPeer? peer in peers)
            peer?.Dispose();
    }

    private void SumOf<T>(Span<T> values)
        where T : unmanaged, INumber<T>
    {
        int part = LargestPart / sizeof(T) * Count;
        for (int begin = 0; begin < values.Length; begin += part)
        {
            Span<T> some = values.Slice(begin, Math.Min(part, values.Length - begin));
            if (some.Length * sizeof(T) <= ShortBytes)
                SumShort(some);
            else
                SumLong(some);
        }
    }

    private void SumShort<T>(Span<T> values)
        where T : unmanaged, INumber<T>
    {
        int bytes = values.Length * sizeof(T);
        fixed (byte* buffer = Memory((long)bytes * Count))
        {
            byte* own = buffer + (long)bytes * Rank, all = buffer;
            MemoryMarshal.AsBytes(values).CopyTo(new Span<byte>(own, bytes));
            Exchange(_ => new(own, bytes), rank => new(all + (long)bytes * rank, bytes));
            Add(all, bytes, values);
        }
    }

    private void SumLong<T>(Span<T> values)
        where T : unmanaged, INumber<T>
    {
        int length = values.Length, count = Count;
        int Begin(int rank) => (int)((long)length * rank / count);
        int Size(int rank) => (Begin(rank + 1) - Begin(rank)) * sizeof(T);
        int own = Size(Rank);
        fixed (T* first = values)
        {
            fixed (byte* buffer = Memory((long)own * Count))
            {
                T* at = first;
                byte* parts = buffer, mine = (byte*)(at + Begin(Rank));
                Exchange(rank => new((byte*)(at + Begin(rank)), Size(rank)), rank => new(parts + (long)own * rank, own));

                // One rank adds up each part, so any order will do that is always the same.
                for (int rank = 0; rank < count; rank++)
                {
                    if (rank != Rank)
                        Add(values[Begin(Rank)..Begin(Rank + 1)], new ReadOnlySpan<T>(parts + (long)own * rank, own / sizeof(T)));
                }

                Exchange(_ => new(mine, own), rank => new((byte*)(at + Begin(rank)), Size(rank)));
            }
        }
    }

    private void Add<T>(byte* all, int bytes, Span<T> sums)
        where T : unmanaged, INumber<T>
    {
        new ReadOnlySpan<T>(all, sums.Length).CopyTo(sums);
        for (int rank = 1; rank < Count; rank++)
            Add(sums, new ReadOnlySpan<T>(all + (long)bytes * rank, sums.Length));
    }

    private static void Add<T>(Span<T> sums, ReadOnlySpan<T> values)
        where T : unmanaged, INumber<T>
    {
        Span<Vector<T>> wide = MemoryMarshal.Cast<T, Vector<T>>(sums);
        ReadOnlySpan<Vector<T>> more = MemoryMarshal.Cast<T, Vector<T>>(values);
        for (int i = 0; i < wide.Length; i++)
            wide[i] += more[i];
        for (int i = wide.Length * Vector<T>.Count; i < sums.Length; i++)
            sums[i] += values[i];
    }

    private byte[] Memory(long bytes)
    {
        if (memory.Length < bytes)
            memory = GC.AllocateUninitializedArray<byte>(checked((int)bytes), pinned: true);
        return memory;
    }

    private void Exchange(Message send, Message receive)
    {
        for (int rank = 0; rank < Count; rank++)
        {
            if (peers[rank] is not { } peer)
                continue;
            (Piece from, Piece to) = (send(rank), receive(rank));
            peer.Begin(from.At, from.Length, to.At, to.Length);
        }

        int idle = 0;
        while (AdvanceAll(out bool moved))
        {
            idle = moved ? 0 : idle + 1;
            if (idle > Tries)
                Wait();
        }
    }

    private bool AdvanceAll(out bool moved)
    {
        moved = false;
        bool left = false;
        for (int rank = 0; rank < Count; rank++)
        {
            if (peers[rank] is not { } peer || !(peer.Sends || peer.Receives))
                continue;
            try
            {
                moved |= peer.Advance();
            }
            catch (IOException error)
            {
                throw Ended(rank, error.Message);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                throw Reason() ?? Ended(rank, "has ended: its connection is closed.");
            }

            left |= peer.Sends || peer.Receives;
        }

        return left;
    }

    private void Wait()
    {
        List<Socket> receiving = [], sending = [];
        foreach (SocketPeer? peer in peers)
        {
            if (peer?.Receives == true)
                receiving.Add(peer.Socket);
            if (peer?.Sends == true)
                sending.Add(peer.Socket);
        }

        Socket.Select(receiving, sending, null, TimeSpan.FromSeconds(10));
    }

    // Where one closes since another failed, that one's own word comes a moment later, and says more.
    private RankGroupException? Reason()
    {
        for (int i = 0; i < 30; i++)
        {
            for (int rank = 0; rank < Count; rank++)
            {
                try
                {
                    if (peers[rank] is { Receives: true } peer)
                        peer.Advance();
                }
                catch (IOException error)
                {
                    return Ended(rank, error.Message);
                }
                catch (Exception error) when (error is SocketException or ObjectDisposedException)
                {
                }
            }

            Thread.Sleep(10);
        }

        return null;
    }

    // All others hear of it at once, not only those that wait for the one that ended.
    private RankGroupException Ended(int rank, string what)
    {
        string name = Name(rank);
        string message = $"{char.ToUpperInvariant(name[0])}{name[1..]} {what}";
        Fail(message);
        return new RankGroupException(
            $"{message.TrimEnd('.')}. No rank can go on without it; the last checkpoint is whole. Look at what it said, then start the "
            + "same command again with --resume.");
    }

    private static long[] Places(IEnumerable<long> lengths)
    {
        var places = new List<long> { 0 };
        foreach (long length in lengths)
            places.Add(places[^1] + length);
        return [.. places];
    }

    private delegate Piece Message(int rank);

    private readonly struct Piece(byte* at, long length)
    {
        public readonly byte* At = at;
        public readonly long Length = length;
    }
}
