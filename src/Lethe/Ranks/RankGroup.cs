namespace Lethe.Ranks;

/// <summary>
/// The processes that take the steps of one training together, each on a share of every batch. Rank 0 decides, measures and writes; all
/// others follow it.
/// </summary>
/// <remarks>
/// Every rank must make the same calls in the same order. Of one thread at a time. Where a rank has ended or failed, the calls of all
/// others throw.
/// </remarks>
internal abstract class RankGroup : IDisposable
{
    /// <summary>The group that this process belongs to; null where it works alone. One for the process, as torch's threads are.</summary>
    public static RankGroup? OfProcess { get; set; }

    /// <summary>This process' place, from 0.</summary>
    public abstract int Rank { get; }

    /// <summary>How many there are.</summary>
    public abstract int Count { get; }

    /// <summary>The machine of each rank, by its name.</summary>
    public abstract IReadOnlyList<string> Hosts { get; }

    /// <summary>How the group speaks, in a word, as "sockets" or "Open MPI".</summary>
    public abstract string Transport { get; }

    /// <summary>Whether this is the rank that decides and writes.</summary>
    public bool Leads => Rank == 0;

    /// <summary>The place of this rank among those of its machine, from 0.</summary>
    public int LocalRank => Hosts.Take(Rank).Count(host => host == Hosts[Rank]);

    /// <summary>How many ranks this machine has.</summary>
    public int LocalCount => Hosts.Count(host => host == Hosts[Rank]);

    /// <summary>A rank for people, as "rank 1 of 4 on node7".</summary>
    /// <param name="rank">Which.</param>
    /// <returns>The words.</returns>
    public string Name(int rank) => $"rank {rank} of {Count} on {Hosts[rank]}";

    /// <summary>Adds up over all ranks. The same bits on each of them, and at each repetition.</summary>
    /// <param name="values">This rank's numbers, as many as on every other; the sums afterwards.</param>
    /// <exception cref="RankGroupException">A rank has ended or failed.</exception>
    public abstract void Sum(Span<float> values);

    /// <inheritdoc cref="Sum(Span{float})"/>
    public abstract void Sum(Span<double> values);

    /// <summary>Gives every rank what all have.</summary>
    /// <param name="own">This rank's bytes.</param>
    /// <param name="all">Those of all, in the order of ranks; written.</param>
    /// <param name="lengths">How many each rank has; the same on all.</param>
    /// <exception cref="RankGroupException">A rank has ended or failed.</exception>
    public abstract void Gather(ReadOnlySpan<byte> own, Span<byte> all, IReadOnlyList<int> lengths);

    /// <summary>Gives every rank what rank 0 has.</summary>
    /// <param name="bytes">Read on rank 0, written on all others; of one length.</param>
    /// <exception cref="RankGroupException">A rank has ended or failed.</exception>
    public abstract void Broadcast(Span<byte> bytes);

    /// <summary>Tells the others, as far as they can be reached, that this rank goes no further.</summary>
    /// <param name="reason">A sentence for people.</param>
    public abstract void Fail(string reason);

    /// <inheritdoc/>
    public abstract void Dispose();
}
