using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Lethe.Storage;

/// <summary>
/// Which file an open file is, whatever its name. On Linux the device's number and the file's on it, which no other file has while one of
/// them is open or mapped; elsewhere its path and when it was changed. A file whose length has changed counts as another one.
/// </summary>
internal readonly partial record struct FileIdentity(UInt128 Number, string Path, long Length, DateTime Changed)
{
    /// <summary>The identity of an open file.</summary>
    /// <param name="stream">The file.</param>
    /// <returns>Its identity.</returns>
    public static FileIdentity Of(FileStream stream) => OperatingSystem.IsLinux() && NumberOf(stream.SafeFileHandle) is { } number
        ? new FileIdentity(number, "", stream.Length, default)
        : new FileIdentity(0, stream.Name, stream.Length, File.GetLastWriteTimeUtc(stream.SafeFileHandle));

    // By statx, whose record is the same on all processors; null where the C library has none.
    private static UInt128? NumberOf(SafeFileHandle file)
    {
        const int OfTheHandle = 0x1000, Inode = 0x100;
        const int InodeAt = 32, DeviceMajorAt = 136, DeviceMinorAt = 140;
        byte[] record = new byte[256];
        try
        {
            if (Statx(file, "", OfTheHandle, Inode, record) != 0)
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
