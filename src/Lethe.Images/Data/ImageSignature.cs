using Lethe.Data.Formats;

namespace Lethe.Data;

/// <summary>The first bytes of files, by which <see cref="FileSignature"/> tells what they are.</summary>
internal static class ImageSignature
{
    /// <summary>The first bytes of a file; none where it cannot be read, or has none, as a pipe or a device.</summary>
    public static ReadOnlySpan<byte> Read(string path)
    {
        try
        {
            // A pipe waits for a writer when it is opened. It has no length.
            if (new FileInfo(path).Length == 0)
                return [];
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
            byte[] start = new byte[FileSignature.Length];
            return start.AsSpan(0, RandomAccess.Read(file, start, 0));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return [];
        }
    }
}
