using Lethe.Runtime;

namespace Lethe.Storage;

/// <summary>Keeps every other process from using a run directory until it is disposed or its process has ended, however it ended.</summary>
/// <remarks>
/// The lock is the system's, on the open file <c>.lock</c>; the file itself stays and means nothing. <c>.lock-owner</c> names the holder.
/// </remarks>
internal sealed class DirectoryLock : IDisposable
{
    private const string OwnerName = ".lock-owner";

    private static readonly string[] far =
        ["nfs", "cifs", "smb", "9p", "v9fs", "afs", "ceph", "lustre", "gpfs", "ncp", "coda"];

    private readonly FileStream file;
    private readonly string ownerPath;

    private DirectoryLock(FileStream file, string ownerPath) => (this.file, this.ownerPath) = (file, ownerPath);

    /// <summary>Takes the lock.</summary>
    /// <param name="directory">A directory that exists.</param>
    /// <returns>The lock; dispose it to let others in.</returns>
    /// <exception cref="RunException">Someone else has it, or the directory is missing or cannot be written.</exception>
    public static DirectoryLock Acquire(string directory) => TryAcquire(directory) ?? throw new RunException(
        $"{directory} is in use by {OwnerOf(directory)}. Wait until it has ended, or stop it; or choose another directory.");

    /// <summary>Takes the lock where nobody has it.</summary>
    /// <param name="directory">A directory that exists.</param>
    /// <returns>The lock; null where someone else has it.</returns>
    /// <exception cref="RunException">The directory is missing or cannot be written.</exception>
    public static DirectoryLock? TryAcquire(string directory)
    {
        string path = Path.Combine(directory, ".lock");
        string ownerPath = Path.Combine(directory, OwnerName);
        FileStream file;
        try
        {
            FileOperation.Before("open", path);
            do
            {
                file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            while (!IsStillThere(file, path));

            // On Linux a start that failed may have removed the file between its opening and its locking.
            static bool IsStillThere(FileStream file, string path)
            {
                if (FileIdentity.IsAt(file, path))
                    return true;
                file.Dispose();
                return false;
            }
        }
        catch (Exception error) when (IsHeld(error))
        {
            return null;
        }
        catch (Exception error) when (Disk.Explain(error, path) is { } explained)
        {
            throw explained;
        }

        try
        {
            // The locked file cannot be read by others, hence a second one.
            FileOperation.Before("write", ownerPath);
            File.WriteAllText(ownerPath, $"process {Environment.ProcessId} on {Environment.MachineName}");
        }
        catch (Exception error)
        {
            file.Dispose();
            if (Disk.Explain(error, ownerPath) is { } explained)
                throw explained;
            throw;
        }

        return new DirectoryLock(file, ownerPath);
    }

    /// <summary>
    /// Why others may not be kept out of a directory whose lock is held here, in a sentence: it lies on a disk of another machine, whose
    /// locks these machines may not share, or locks are not kept at all there. Null where neither is so.
    /// </summary>
    /// <param name="directory">The directory.</param>
    public static string? Doubt(string directory)
    {
        try
        {
            string format = new DriveInfo(Path.GetFullPath(directory)).DriveFormat;
            return IsFar(format) ? Doubt(directory, $"lies on a network file system ({format})")
                : IsKept(Path.Combine(directory, ".lock")) ? null
                : Doubt(directory, $"lies on a file system ({format}) that keeps no locks");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // What is wrong with the place is said by whoever writes there.
        }
    }

    /// <summary>Removes the directory with its lock while others are still kept out; where it holds anything else it stays.</summary>
    /// <param name="directory">The directory.</param>
    /// <exception cref="IOException">It is not empty, or cannot be removed.</exception>
    public void Remove(string directory)
    {
        foreach (string left in Directory.EnumerateFiles(directory, "*.tmp"))
            File.Delete(left);
        File.Delete(ownerPath);
        File.Delete(Path.Combine(directory, ".lock"));
        Directory.Delete(directory);
    }

    /// <summary>Lets others in.</summary>
    public void Dispose()
    {
        if (file.SafeFileHandle.IsClosed)
            return;
        try
        {
            File.Delete(ownerPath);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It only names the holder in a message; the next one writes its own.
        }

        file.Dispose();
    }

    /// <summary>Who has the lock, in words.</summary>
    /// <param name="directory">The directory.</param>
    public static string OwnerOf(string directory)
    {
        string path = Path.Combine(directory, OwnerName);
        try
        {
            return File.ReadAllText(path) is { Length: > 0 } owner ? owner : "another process";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    private static bool IsHeld(Exception error)
    {
        // EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION.
        const int Linux = 11, Mac = 35, Windows = unchecked((int)0x80070020);
        return error is IOException { HResult: Linux or Mac or Windows };
    }

    /// <summary>Whether a file system of that name, as the system calls it, is another machine's.</summary>
    internal static bool IsFar(string format) =>
        format == "fuse" || far.Any(name => format.StartsWith(name, StringComparison.OrdinalIgnoreCase));

    private static string Doubt(string directory, string where) =>
        $"{directory} {where}: a second process at work there may not be noticed. Work on a run from one machine at a time.";

    // A second opening is refused where locks are kept, in the same process too.
    private static bool IsKept(string path)
    {
        try
        {
            using var second = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            return false;
        }
        catch (IOException error) when (IsHeld(error))
        {
            return true;
        }
    }
}
