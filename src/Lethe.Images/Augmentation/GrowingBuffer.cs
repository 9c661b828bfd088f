namespace Lethe.Augmentation;

/// <summary>Buffers that are made once and grow with what is asked of them.</summary>
internal static class GrowingBuffer
{
    /// <summary>Makes room in a buffer, whose old content is lost if it was too short.</summary>
    /// <param name="buffer">The buffer.</param>
    /// <param name="length">How much is needed.</param>
    /// <returns>As much as is needed.</returns>
    public static Span<T> Grow<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length)
            buffer = new T[length];
        return buffer.AsSpan(0, length);
    }
}
