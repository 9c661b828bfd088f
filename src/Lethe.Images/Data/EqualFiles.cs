using System.IO.Hashing;
using Microsoft.Win32.SafeHandles;

namespace Lethe.Data;

/// <summary>
/// Files of the same bytes. Only files of the same length are opened, and read whole only where their beginnings and ends agree.
/// </summary>
internal static class EqualFiles
{
    private const int Ends = 4096;
    private const int Part = 1 << 16;

    /// <summary>A number for each file, the same for files of the same bytes and for no others.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="paths">Relative paths.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancel">Stops it.</param>
    public static UInt128[] Find(
        string root, IReadOnlyList<string> paths, IProgress<DataProgress>? progress, CancellationToken cancel)
    {
        var keys = new UInt128[paths.Count];
        var parallel = new ParallelOptions { CancellationToken = cancel };
        Parallel.For(0, paths.Count, parallel, i => keys[i] = (UInt128)(ulong)Length(Path.Combine(root, paths[i])));
        int[] same = Shared(keys);
        int done = 0, step = Math.Max(1, same.Length / 100);
        Parallel.ForEach(same, parallel, i =>
        {
            keys[i] = Hash(Path.Combine(root, paths[i]), whole: false) ?? Own(i);
            int count = Interlocked.Increment(ref done);
            if (count % step == 0 || count == same.Length)
                progress?.Report(new DataProgress("looking for equal files", count, same.Length));
        });

        // What is shorter than its beginning and its end together was read whole.
        Parallel.ForEach(Shared(keys), parallel, i => keys[i] = Hash(Path.Combine(root, paths[i]), whole: true) ?? Own(i));
        return keys;
    }

    // An unread file equals none.
    private static UInt128 Own(int index) => new(ulong.MaxValue, (ulong)index);

    private static int[] Shared(UInt128[] keys) =>
        [
            .. keys.Index().GroupBy(entry => entry.Item).Where(group => group.Count() > 1)
                .SelectMany(group => group.Select(entry => entry.Index)),
        ];

    private static long Length(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : -1;
    }

    private static UInt128? Hash(string path, bool whole)
    {
        try
        {
            long length = Length(path);
            if (length <= 0)
                return null;
            using SafeFileHandle file = File.OpenHandle(path);
            var hash = new XxHash128();
            hash.Append(BitConverter.GetBytes(length));
            byte[] buffer = new byte[whole ? Part : Ends];
            long step = whole ? Part : Math.Max(Ends, length - Ends);
            for (long at = 0; at < length; at += step)
            {
                for (int read, have = 0; have < buffer.Length && (read = RandomAccess.Read(file, buffer.AsSpan(have), at + have)) > 0;)
                {
                    hash.Append(buffer.AsSpan(have, read));
                    have += read;
                }
            }

            return hash.GetCurrentHashAsUInt128();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
