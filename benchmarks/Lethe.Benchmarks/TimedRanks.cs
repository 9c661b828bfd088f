using System.Diagnostics;
using Lethe.Ranks;

namespace Lethe.Benchmarks;

/// <summary>A group that counts how long this rank was in calls to it: waiting for others and moving numbers.</summary>
internal sealed class TimedRanks(RankGroup inner) : RankGroup
{
    private readonly Stopwatch clock = new();

    public override int Rank => inner.Rank;

    public override int Count => inner.Count;

    public override IReadOnlyList<string> Hosts => inner.Hosts;

    public override string Transport => inner.Transport;

    public double Seconds => clock.Elapsed.TotalSeconds;

    public int Calls { get; private set; }

    public override void Sum(Span<float> values)
    {
        Begin();
        inner.Sum(values);
        clock.Stop();
    }

    public override void Sum(Span<double> values)
    {
        Begin();
        inner.Sum(values);
        clock.Stop();
    }

    public override void Gather(ReadOnlySpan<byte> own, Span<byte> all, IReadOnlyList<int> lengths)
    {
        Begin();
        inner.Gather(own, all, lengths);
        clock.Stop();
    }

    public override void Broadcast(Span<byte> bytes)
    {
        Begin();
        inner.Broadcast(bytes);
        clock.Stop();
    }

    public override void Fail(string reason) => inner.Fail(reason);

    public override void Dispose() => inner.Dispose();

    private void Begin()
    {
        Calls++;
        clock.Start();
    }
}
