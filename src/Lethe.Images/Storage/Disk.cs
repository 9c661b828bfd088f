using System.Runtime.InteropServices;
using Lethe.Runtime;
using Microsoft.Win32.SafeHandles;

namespace Lethe.Storage;

/// <summary>Asks the system to put data onto the device, and says in words what went wrong.</summary>
internal static partial class Disk
{
    /// <summary>What goes on after an error of the disk, whatever it interrupted.</summary>
    internal const string GoOn = "give the same command again, with --resume where a run had begun";

    private const int InputOutputError = 5;
    private const int NoSpace = 28;
    private const int QuotaUsedUp = 122;
    private const int DiskFullWindows = unchecked((int)0x80070070);
    private const int HandleDiskFullWindows = unchecked((int)0x80070027);

    /// <summary>Returns once the contents of a file are on the device.</summary>
    /// <param name="file">An open file.</param>
    /// <exception cref="IOException">They could not be put there.</exception>
    internal static void Sync(SafeFileHandle file)
    {
        if (OperatingSystem.IsLinux())
        {
            if (FSync(file) != 0)
                throw LastError();
            return;
        }

#pragma warning disable RS0030 // Banned because it hides errors on Linux, which does not come here.
        RandomAccess.FlushToDisk(file);
#pragma warning restore RS0030
    }

    /// <summary>
    /// Returns once the names in a folder, such as that of a file just renamed, are on the device. Only Linux needs and has this.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="IOException">They could not be put there.</exception>
    internal static void SyncFolder(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        const int CloseOnExec = 0x80000;
        using SafeFileHandle handle = Open(folder, CloseOnExec);
        if (handle.IsInvalid || FSync(handle) != 0)
            throw LastError();
    }

    /// <summary>Makes a folder where it is not there.</summary>
    /// <exception cref="RunException">It cannot be made; the message says why.</exception>
    internal static void MakeFolder(string path) => Explained(path, () =>
    {
        FileOperation.Before("make folder", path);
        Directory.CreateDirectory(path);
    });

    /// <summary>Deletes a file where it is there.</summary>
    /// <exception cref="RunException">It cannot be deleted; the message says why.</exception>
    internal static void Delete(string path) => Explained(path, () =>
    {
        FileOperation.Before("delete", path);
        if (File.Exists(path))
            File.Delete(path);
    });

    /// <summary>Does work on files, whose failure is said to a person.</summary>
    /// <exception cref="RunException">It failed; the message says why. Other errors pass through.</exception>
    internal static void Explained(string path, Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (Explain(error, path) is { } explained)
        {
            throw explained;
        }
    }

    /// <summary>What a failure to write means to a person.</summary>
    /// <param name="error">The failure.</param>
    /// <param name="path">What was being written.</param>
    /// <returns>The error to throw, or null if the failure is not one of writing.</returns>
    internal static RunException? Explain(Exception error, string path) => error switch
    {
        IOException { HResult: NoSpace or DiskFullWindows or HandleDiskFullWindows } => new(
            $"No space left on the device while writing {path}. Free some space, then {GoOn}.", error),
        IOException { HResult: QuotaUsedUp } => new(
            $"Your disk quota is used up while writing {path}. Free some space, then {GoOn}.", error),
        IOException { HResult: InputOutputError } => new(
            $"The device failed while writing {path}. Check the disk, then {GoOn}, in a copy on another disk if need be.",
            error),
        UnauthorizedAccessException => new(
            $"Writing {path} is not allowed. Change the permissions of its folder, or choose another with --out.", error),
        DirectoryNotFoundException => new($"The folder of {path} does not exist. Create it, or choose another with --out.", error),
        IOException => new($"Writing {path} failed: {error.Message}", error),
        _ => null,
    };

    private static IOException LastError()
    {
        int number = Marshal.GetLastPInvokeError();
        return new IOException(Marshal.GetPInvokeErrorMessage(number), number);
    }

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);
}
