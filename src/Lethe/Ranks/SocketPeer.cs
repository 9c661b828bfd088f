using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Lethe.Ranks;

/// <summary>
/// The connection to one other rank, and how far the message that is under way in each direction has come. A message has a head (its kind,
/// its number and its length), so that ranks that are out of step are found, and an error is told where numbers were expected.
/// </summary>
internal sealed unsafe class SocketPeer : IDisposable
{
    private const int HeadBytes = 16;
    private const int Numbers = 1, Failure = 2;

    // What fits goes with its head in one piece.
    private const int SmallBytes = 4096;
    private const int LongestReason = 1 << 16;

    private readonly byte[] outgoing = new byte[HeadBytes + SmallBytes], head = new byte[HeadBytes];
    private byte* toSend, toReceive;
    private long number, sendLeft, receiveLeft, receiveLength;
    private int outgoingFrom, outgoingTo, headReceived;

    /// <summary>Takes a connected socket.</summary>
    /// <param name="socket">The socket, which is this object's from here on.</param>
    public SocketPeer(Socket socket)
    {
        Socket = socket;
        socket.NoDelay = true;
        socket.SendBufferSize = socket.ReceiveBufferSize = 1 << 20;
        socket.Blocking = false;

        // A machine that loses power says nothing: its connection counts as closed after some 30 seconds of silence.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }

    /// <summary>The socket.</summary>
    public Socket Socket { get; }

    /// <summary>Whether there is something left to send.</summary>
    public bool Sends => outgoingFrom < outgoingTo || sendLeft > 0;

    /// <summary>Whether there is something left to receive.</summary>
    public bool Receives => headReceived < HeadBytes || receiveLeft > 0;

    /// <summary>Begins a message in each direction. The memory must stay where it is until both are through.</summary>
    /// <param name="send">What is sent.</param>
    /// <param name="sendLength">Its bytes.</param>
    /// <param name="receive">Where what is received goes.</param>
    /// <param name="length">Its bytes.</param>
    public void Begin(byte* send, long sendLength, byte* receive, long length)
    {
        number++;
        WriteHead(Numbers, sendLength);
        toSend = send;
        toReceive = receive;
        sendLeft = sendLength;
        (receiveLeft, receiveLength, headReceived) = (length, length, 0);
        if (sendLength > SmallBytes)
            return;
        new ReadOnlySpan<byte>(send, (int)sendLength).CopyTo(outgoing.AsSpan(HeadBytes));
        outgoingTo += (int)sendLength;
        sendLeft = 0;
    }

    /// <summary>Sends and receives as much as goes without waiting.</summary>
    /// <returns>Whether anything went.</returns>
    /// <exception cref="SocketException">The connection is closed or broken.</exception>
    /// <exception cref="IOException">The other rank failed, or is at another place in the work; without its name.</exception>
    public bool Advance()
    {
        bool moved = false;
        while (Sends && Send() is int sent && sent > 0)
            moved = true;
        while (Receives && Receive() is int got && got > 0)
            moved = true;
        return moved;
    }

    /// <summary>Says that this rank goes no further, as far as that goes without waiting.</summary>
    /// <param name="reason">Why.</param>
    public void Fail(string reason)
    {
        byte[] text = Encoding.UTF8.GetBytes(reason);
        try
        {
            // What was under way cannot be taken back: an error after a half message is told by the closed connection alone.
            if (Sends)
                return;
            Socket.Blocking = true;
            Socket.SendTimeout = 1000;
            WriteHead(Failure, Math.Min(text.Length, LongestReason));
            Socket.Send(outgoing.AsSpan(0, HeadBytes));
            Socket.Send(text.AsSpan(0, Math.Min(text.Length, LongestReason)));
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It has ended itself.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();

    private void WriteHead(int kind, long length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(outgoing, kind);
        BinaryPrimitives.WriteInt32LittleEndian(outgoing.AsSpan(4), (int)number);
        BinaryPrimitives.WriteInt64LittleEndian(outgoing.AsSpan(8), length);
        (outgoingFrom, outgoingTo) = (0, HeadBytes);
    }

    private int Send()
    {
        if (outgoingFrom < outgoingTo)
        {
            Span<byte> rest = outgoing.AsSpan(outgoingFrom..outgoingTo);
            int sent = Through(Socket.Send(rest, SocketFlags.None, out SocketError error), error);
            outgoingFrom += sent;
            return sent;
        }

        var some = new ReadOnlySpan<byte>(toSend, (int)Math.Min(sendLeft, 1 << 20));
        int part = Through(Socket.Send(some, SocketFlags.None, out SocketError failed), failed);
        toSend += part;
        sendLeft -= part;
        return part;
    }

    private int Receive()
    {
        bool isHead = headReceived < HeadBytes;
        Span<byte> into = isHead ? head.AsSpan(headReceived) : new Span<byte>(toReceive, (int)Math.Min(receiveLeft, 1 << 20));
        int got = Socket.Receive(into, SocketFlags.None, out SocketError error);
        if (got == 0 && error == SocketError.Success)
            throw new SocketException((int)SocketError.ConnectionReset);
        got = Through(got, error);
        if (!isHead)
        {
            toReceive += got;
            receiveLeft -= got;
            return got;
        }

        headReceived += got;
        if (headReceived == HeadBytes)
            CheckHead();
        return got;
    }

    private void CheckHead()
    {
        int kind = BinaryPrimitives.ReadInt32LittleEndian(head), theirs = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4));
        long length = BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(8));
        if (kind == Failure)
            throw new IOException(ReadReason((int)length));
        if (kind != Numbers || theirs != (int)number || length != receiveLength)
        {
            throw new IOException(
                $"is at another place in the work (message {theirs} of {length} bytes where {(int)number} of {receiveLength} was "
                + "expected). Start all ranks with the same version and the same command.");
        }
    }

    private string ReadReason(int length)
    {
        byte[] text = new byte[Math.Clamp(length, 0, LongestReason)];
        int done = 0;
        Socket.Blocking = true;
        Socket.ReceiveTimeout = 1000;
        while (done < text.Length && Socket.Receive(text.AsSpan(done), SocketFlags.None, out _) is int got && got > 0)
            done += got;
        return "failed: " + Encoding.UTF8.GetString(text, 0, done);
    }

    private static int Through(int bytes, SocketError error) => error switch
    {
        SocketError.Success => bytes,
        SocketError.WouldBlock => 0,
        _ => throw new SocketException((int)error),
    };
}
