using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Lethe.Ranks;

/// <summary>Where ranks meet that are connected by sockets, and how each is connected with each.</summary>
/// <remarks>
/// Rank 0 listens at an address that all know. Each other rank listens at a port of its own choice, tells it to rank 0, and is told those
/// of all others. A key, where there is one, keeps others from joining; the numbers themselves are not encrypted, so the network between
/// machines must be a trusted one.
/// </remarks>
internal static class Rendezvous
{
    private const int LongestLine = 1 << 20;

    /// <summary>How long ranks wait for each other to begin: one that never comes must not keep the others for a minute.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(50);

    /// <summary>Rank 0's part.</summary>
    /// <param name="listener">Listens already; closed afterwards.</param>
    /// <param name="count">Ranks in all.</param>
    /// <param name="key">What each must know.</param>
    /// <param name="check">Asked now and then while others are waited for; throws where waiting is in vain.</param>
    /// <returns>The group.</returns>
    /// <exception cref="RankGroupException">Some did not come.</exception>
    public static SocketRanks Lead(Socket listener, int count, string key, Action? check = null)
    {
        var sockets = new Socket?[count];
        var addresses = new Address[count];
        addresses[0] = new Address(Environment.MachineName, "", 0);
        using Socket held = listener;
        var clock = Stopwatch.StartNew();
        while (sockets.Skip(1).Any(socket => socket is null))
        {
            check?.Invoke();
            if (clock.Elapsed > Patience)
                throw new RankGroupException(Missing(sockets));
            if (!listener.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead))
                continue;
            Socket socket = listener.Accept();
            if (Read<Hello>(socket) is not { } hello || hello.Key != key || hello.Count != count || hello.Rank < 1
                || hello.Rank >= count || sockets[hello.Rank] is not null)
            {
                socket.Dispose();
                continue;
            }

            sockets[hello.Rank] = socket;
            addresses[hello.Rank] = new Address(hello.Host, ((IPEndPoint)socket.RemoteEndPoint!).Address.ToString(), hello.Port);
        }

        foreach (Socket? socket in sockets)
        {
            if (socket is not null)
                Write(socket, addresses);
        }

        return new SocketRanks(0, [.. addresses.Select(address => address.Host)], sockets);
    }

    /// <summary>The part of every other rank.</summary>
    /// <param name="host">Rank 0's address.</param>
    /// <param name="port">Its port.</param>
    /// <param name="rank">This rank, 1 or more.</param>
    /// <param name="count">Ranks in all.</param>
    /// <param name="key">What each must know.</param>
    /// <returns>The group.</returns>
    /// <exception cref="RankGroupException">Rank 0, or another, cannot be reached.</exception>
    public static SocketRanks Follow(string host, int port, int rank, int count, string key)
    {
        var sockets = new Socket?[count];
        using Socket listener = Listen(IPAddress.Any, 0);
        int own = ((IPEndPoint)listener.LocalEndPoint!).Port;
        sockets[0] = Connect(host, port, $"rank 0 at {host}:{port}");
        Write(sockets[0]!, new Hello(rank, count, key, Environment.MachineName, own));
        sockets[0]!.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        Address[] addresses = Read<Address[]>(sockets[0]!)
            ?? throw new RankGroupException(
                $"Rank 0 at {host}:{port} did not answer rank {rank}: it has ended, or has another key or number of ranks.");
        for (int other = 1; other < rank; other++)
        {
            Address address = addresses[other];
            sockets[other] = Connect(address.At, address.Port, $"rank {other} at {address.At}:{address.Port}");
            Write(sockets[other]!, new Hello(rank, count, key, Environment.MachineName, own));
        }

        var clock = Stopwatch.StartNew();
        while (sockets.Index().Any(one => one.Index != rank && one.Item is null))
        {
            if (clock.Elapsed > Patience)
                throw new RankGroupException(Missing(sockets));
            if (!listener.Poll(TimeSpan.FromMilliseconds(200), SelectMode.SelectRead))
                continue;
            Socket socket = listener.Accept();
            if (Read<Hello>(socket) is { } hello && hello.Key == key && hello.Rank > rank && hello.Rank < count)
                sockets[hello.Rank] = socket;
            else
                socket.Dispose();
        }

        return new SocketRanks(rank, [.. addresses.Select(address => address.Host)], sockets);
    }

    /// <summary>A socket that listens.</summary>
    /// <param name="address">Where.</param>
    /// <param name="port">The port; 0 for any that is free.</param>
    /// <returns>The socket, the caller's to dispose.</returns>
    /// <exception cref="RankGroupException">The port is taken.</exception>
    public static Socket Listen(IPAddress address, int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(address, port));
            listener.Listen(512);
            return listener;
        }
        catch (SocketException error)
        {
            listener.Dispose();
            throw new RankGroupException(
                $"Rank 0 cannot listen at port {port} ({error.Message.TrimEnd('.')}). Name a free one in {RankEnvironment.Meeting}.");
        }
    }

    private static Socket Connect(string host, int port, string whom)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Connect(host, port);
                return socket;
            }
            catch (SocketException error)
            {
                socket.Dispose();
                if (clock.Elapsed > Patience)
                {
                    throw new RankGroupException(
                        $"Cannot reach {whom} ({error.Message.TrimEnd('.')}). Is it running, and is the port open?");
                }

                Thread.Sleep(50);
            }
        }
    }

    private static string Missing(IReadOnlyList<Socket?> sockets)
    {
        string[] missing = [.. sockets.Index().Where(one => one.Index > 0 && one.Item is null).Select(one => $"{one.Index}")];
        return $"Rank {string.Join(", ", missing)} of {sockets.Count} did not come within {(int)Patience.TotalSeconds} seconds. Look at "
            + "what those processes said.";
    }

    private static void Write<T>(Socket socket, T value)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(value);
        socket.Send(BitConverter.GetBytes(json.Length));
        socket.Send(json);
    }

    // Null where what comes is none: whoever it was, is not one of ours.
    private static T? Read<T>(Socket socket)
        where T : class
    {
        try
        {
            if (socket.ReceiveTimeout == 0)
                socket.ReceiveTimeout = 5000;
            byte[] head = Take(socket, sizeof(int));
            int length = BitConverter.ToInt32(head);
            return length is > 0 and < LongestLine ? JsonSerializer.Deserialize<T>(Take(socket, length)) : null;
        }
        catch (Exception error) when (error is SocketException or JsonException or IOException)
        {
            return null;
        }
    }

    private static byte[] Take(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int done = 0; done < count;)
        {
            int got = socket.Receive(bytes.AsSpan(done));
            done += got > 0 ? got : throw new IOException("closed");
        }

        return bytes;
    }

    private sealed record Hello(int Rank, int Count, string Key, string Host, int Port);

    private sealed record Address(string Host, string At, int Port);
}
