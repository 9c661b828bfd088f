namespace Lethe.Data.Formats;

/// <summary>The packed pixels of a PNG file: the contents of its IDAT chunks as one stream.</summary>
/// <param name="file">The file's first byte.</param>
/// <param name="parts">Where contents of chunks begin, and how long they are.</param>
internal sealed unsafe class PngPixelStream(byte* file, IReadOnlyList<(int Start, int Length)> parts) : Stream
{
    private int part;
    private int done; // of that part

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (part < parts.Count && done == parts[part].Length)
            (part, done) = (part + 1, 0);
        if (part == parts.Count)
            return 0;
        int count = Math.Min(buffer.Length, parts[part].Length - done);
        new ReadOnlySpan<byte>(file + parts[part].Start + done, count).CopyTo(buffer);
        done += count;
        return count;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
