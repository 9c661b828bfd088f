using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lethe.Storage;

/// <summary>
/// Which file an open file is, whatever its name. On Linux the device's number and the file's on it, which no other file has while one of
/// them is open or mapped; elsewhere its path and when it was changed. A file whose length has changed counts as another one.
/// </summary>
internal readonly partial record struct FileIdentity(UInt128 Number, string Path, long Length, DateTime Changed)
{
    // What a path is looked up from that does not begin at the root; and what is asked for.
    private const nint WorkingFolder = -100;
    private const uint Inode = 0x100;

    /// <summary>The identity of an open file.</summary>
    /// <param name="stream">The file.</param>
    /// <returns>Its identity.</returns>
    public static FileIdentity Of(FileStream stream) => OperatingSystem.IsLinux() && NumberOf(stream.SafeFileHandle) is { } number
        ? new FileIdentity(number, "", stream.Length, default)
        : new FileIdentity(0, stream.Name, stream.Length, File.GetLastWriteTimeUtc(stream.SafeFileHandle));

    /// <summary>Whether a name is still that of an open file; true where that cannot be known.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="path">The name.</param>
    public static bool IsAt(FileStream stream, string path) => !OperatingSystem.IsLinux()
        || NumberOf(stream.SafeFileHandle) is not { } number || (File.Exists(path) && NumberAt(path) == number);

    // By statx, whose record is the same on all processors; null where the C library has none.
    private static UInt128? NumberOf(SafeFileHandle file)
    {
        const int OfTheHandle = 0x1000;
        return NumberOf(record => Statx(file, "", OfTheHandle, Inode, record));
    }

    private static UInt128? NumberAt(string path)
    {
        using SafeFileHandle root = new(WorkingFolder, ownsHandle: false);
        return NumberOf(record => Statx(root, path, 0, Inode, record));
    }

    private static UInt128? NumberOf(Func<byte[], int> stat)
    {
        const int InodeAt = 32, DeviceMajorAt = 136, DeviceMinorAt = 140;
        byte[] record = new byte[256];
        try
        {
            if (stat(record) != 0)
                return null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }

        ulong device = ((ulong)BitConverter.ToUInt32(record, DeviceMajorAt) << 32) | BitConverter.ToUInt32(record, DeviceMinorAt);
        return new UInt128(device, BitConverter.ToUInt64(record, InodeAt));
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle folder, string path, int flags, uint mask, [Out] byte[] record);
}
