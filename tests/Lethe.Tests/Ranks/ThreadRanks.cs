using System.Net;
using System.Net.Sockets;
using Lethe.Ranks;

namespace Lethe.Tests.Ranks;

/// <summary>Ranks that are threads of this process, connected as processes are, so that a test needs neither MPI nor others.</summary>
internal static class ThreadRanks
{
    /// <summary>Has ranks do the same work, and waits for all.</summary>
    /// <returns>What each gave. The error of the first that failed by itself is thrown.</returns>
    public static T[] Run<T>(int count, Func<RankGroup, T> work)
    {
        (T Result, Exception? Error)[] all = Try(count, work);
        if (all.FirstOrDefault(one => one.Error is not null and not RankGroupException).Error is { } error)
            throw new InvalidOperationException(error.ToString(), error);
        Assert.All(all, one => Assert.Null(one.Error));
        return [.. all.Select(one => one.Result)];
    }

    /// <summary>The same, with the errors.</summary>
    public static (T Result, Exception? Error)[] Try<T>(int count, Func<RankGroup, T> work)
    {
        Socket listener = Rendezvous.Listen(IPAddress.Loopback, 0);
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var results = new (T Result, Exception? Error)[count];
        Thread[] threads =
        [
            .. Enumerable.Range(0, count).Select(rank => new Thread(() =>
            {
                try
                {
                    using RankGroup group = rank == 0
                        ? Rendezvous.Lead(listener, count, "key")
                        : Rendezvous.Follow("127.0.0.1", port, rank, count, "key");
                    try
                    {
                        results[rank].Result = work(group);
                    }
                    catch (Exception error)
                    {
                        group.Fail(error.Message);
                        throw;
                    }
                }
                catch (Exception error)
                {
                    results[rank].Error = error;
                }
            })),
        ];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        return results;
    }
}
