using Lethe.Runtime;

namespace Lethe.Storage;

/// <summary>Keeps every other process from using a run directory until it is disposed or its process has ended, however it ended.</summary>
/// <remarks>
/// The lock is the system's, on the open file <c>.lock</c>; the file itself stays and means nothing. <c>.lock-owner</c> names the holder.
/// </remarks>
internal sealed class DirectoryLock : IDisposable
{
    private readonly FileStream file;
    private readonly string ownerPath;

    private DirectoryLock(FileStream file, string ownerPath) => (this.file, this.ownerPath) = (file, ownerPath);

    /// <summary>Takes the lock.</summary>
    /// <param name="directory">A directory that exists.</param>
    /// <returns>The lock; dispose it to let others in.</returns>
    /// <exception cref="RunException">Someone else has it, or the directory is missing or cannot be written.</exception>
    public static DirectoryLock Acquire(string directory)
    {
        string path = Path.Combine(directory, ".lock");
        string ownerPath = Path.Combine(directory, ".lock-owner");
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
            throw new RunException(
                $"{directory} is in use by {Owner(ownerPath)}. Wait until it has ended, or stop it; or choose another directory.", error);
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

    private static string Owner(string path)
    {
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
}
