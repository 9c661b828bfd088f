using System.Text;
using Lethe.Runtime;

namespace Lethe.Storage;

/// <summary>Writes files so that neither an error, nor a full disk, nor a power cut leaves half a file.</summary>
internal static class AtomicFile
{
    private const int BufferSize = 1 << 16;

    /// <summary>
    /// Writes a whole file. Until all of it is on the device, the path keeps what it held before; if anything fails, it keeps it for
    /// good, and nothing else is left behind.
    /// </summary>
    /// <param name="path">The file. While it is being written, the same name with <c>.tmp</c> is in use.</param>
    /// <param name="write">Writes the contents to a stream that can seek.</param>
    /// <exception cref="RunException">
    /// The file cannot be written; the message says why. Other errors of <paramref name="write"/> pass through.
    /// </exception>
    public static void Write(string path, Action<Stream> write) => Write(path, write, verify: null);

    /// <summary>Writes a whole file that is looked at before it takes its name.</summary>
    /// <param name="path">The file. While it is being written, the same name with <c>.tmp</c> is in use.</param>
    /// <param name="write">Writes the contents to a stream that can seek.</param>
    /// <param name="verify">
    /// Given the path under which all of it lies for now, closed; an error from here leaves things as they were. Null for none.
    /// </param>
    /// <exception cref="RunException">
    /// The file cannot be written; the message says why. Other errors of <paramref name="write"/> and <paramref name="verify"/> pass
    /// through.
    /// </exception>
    public static void Write(string path, Action<Stream> write, Action<string>? verify) =>
        Write(path, write, verify, before: null, sync: true);

    /// <summary>Writes a whole file, and keeps what the path held before under a name of its own.</summary>
    /// <param name="path">The file. While it is being written, the same name with <c>.tmp</c> is in use.</param>
    /// <param name="before">Where what was there before is kept, on the same device; where nothing was, it stays as it is.</param>
    /// <param name="write">Writes the contents to a stream that can seek.</param>
    /// <exception cref="RunException">
    /// The file cannot be written; the message says why. Other errors of <paramref name="write"/> pass through.
    /// </exception>
    public static void WriteKeeping(string path, string before, Action<Stream> write) =>
        Write(path, write, verify: null, before, sync: true);

    /// <summary>
    /// Writes a whole file for readers that look on, without waiting for the device: a power cut may lose it, and nothing may depend on it.
    /// </summary>
    /// <param name="path">The file. While it is being written, the same name with <c>.tmp</c> is in use.</param>
    /// <param name="write">Writes the contents to a stream that can seek.</param>
    /// <exception cref="RunException">The file cannot be written; the message says why.</exception>
    public static void Show(string path, Action<Stream> write) => Write(path, write, verify: null, before: null, sync: false);

    private static void Write(string path, Action<Stream> write, Action<string>? verify, string? before, bool sync)
    {
        string target = Path.GetFullPath(path);
        string temporary = target + ".tmp";
        bool isNew = !File.Exists(target);
        Disk.Explained(path, () =>
        {
            // Only a file of our own may be deleted: opening it fails if another process is writing it.
            FileOperation.Before("open", temporary);
            using var stream = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.None, BufferSize);
            try
            {
                FileOperation.Before("write", temporary);
                write(stream);
                stream.Flush();
                if (sync)
                {
                    FileOperation.Before("sync", temporary);
                    Disk.Sync(stream.SafeFileHandle);
                }

                stream.Dispose();
                verify?.Invoke(temporary);
                FileOperation.Before("rename", target);
                if (before is not null && File.Exists(target))
                    File.Replace(temporary, target, before);
                else
                    File.Move(temporary, target, overwrite: true);
            }
            catch
            {
                Quietly(stream.Dispose);
                Quietly(() =>
                {
                    FileOperation.Before("delete", temporary);
                    File.Delete(temporary);
                });
                throw;
            }

            if (!sync)
                return;
            try
            {
                FileOperation.Before("sync folder", target);
                Disk.SyncFolder(Path.GetDirectoryName(target)!);
            }
            catch when (isNew)
            {
                Quietly(() =>
                {
                    FileOperation.Before("delete", target);
                    File.Delete(target);
                });
                throw;
            }
        });
    }

    /// <summary>Adds lines to the end of a file, all of them or none; creates the file if it is not there.</summary>
    /// <param name="path">The file, UTF-8 text.</param>
    /// <param name="lines">Lines without their ends.</param>
    /// <param name="sync">Whether to return only once they are on the device; otherwise a power cut may lose them.</param>
    /// <exception cref="RunException">The file cannot be written; the message says why.</exception>
    /// <returns>The bytes that were added.</returns>
    public static byte[] AppendLines(string path, IEnumerable<string> lines, bool sync = false)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
        Disk.Explained(path, () =>
        {
            FileOperation.Before("open", path);
            using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
            long before = stream.Seek(0, SeekOrigin.End);
            try
            {
                FileOperation.Before("write", path);
                stream.Write(text);
                if (sync)
                {
                    FileOperation.Before("sync", path);
                    Disk.Sync(stream.SafeFileHandle);
                }
            }
            catch (IOException)
            {
                // A disk that fills up takes a part of the last line.
                Quietly(() =>
                {
                    FileOperation.Before("truncate", path);
                    stream.SetLength(before);
                });
                throw;
            }
        });
        return text;
    }

    /// <summary>Cuts a file to a length it had before, for example to drop the lines that came after a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Bytes to keep, from the start.</param>
    /// <exception cref="RunException">The file is missing, is shorter than that, or cannot be written.</exception>
    public static void Truncate(string path, long length)
    {
        if (!File.Exists(path))
            throw new RunException($"{path} is missing. Restore it, or start a new run with another --out.");
        Disk.Explained(path, () =>
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read, bufferSize: 0);
            if (stream.Length < length)
            {
                throw new RunException(
                    $"{path} has {stream.Length} bytes, but had {length} when the checkpoint was written. Restore it, or start a new "
                    + "run with another --out.");
            }

            FileOperation.Before("truncate", path);
            stream.SetLength(length);
            FileOperation.Before("sync", path);
            Disk.Sync(stream.SafeFileHandle);
        });
    }

    // For cleaning up after an error, which is the one to tell of.
    private static void Quietly(Action clean)
    {
        try
        {
            clean();
        }
        catch (IOException)
        {
        }
    }
}
