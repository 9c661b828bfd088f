namespace Lethe.Storage;

/// <summary>
/// A temporary file for what need not be in memory. It has no name that anybody could find, holds nothing that a later process needs, and
/// is gone with this one, however that ends.
/// </summary>
internal static class ScratchFile
{
    private const int BufferSize = 1 << 16;

    /// <summary>Makes an empty one.</summary>
    /// <param name="folder">
    /// Where it takes room; of a folder that is not there yet, the nearest above it that is. Where nothing may be written, as beside a
    /// cache that others have made, it is where the system keeps temporary files.
    /// </param>
    /// <returns>The file, to write to and to read; the caller disposes it.</returns>
    /// <exception cref="IOException">It cannot be made in either place.</exception>
    public static FileStream Create(string folder)
    {
        string? place = Path.GetFullPath(folder);
        while (place is not null && !Directory.Exists(place))
            place = Path.GetDirectoryName(place);
        try
        {
            return CreateIn(place ?? Path.GetTempPath());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return CreateIn(Path.GetTempPath());
        }
    }

    private static FileStream CreateIn(string folder)
    {
        string path = Path.Combine(folder, $".lethe-{Guid.NewGuid():N}.tmp");
        FileOperation.Before("open", path);

        var stream = new FileStream(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, BufferSize, FileOptions.DeleteOnClose);
        try
        {
            // An open file needs no name but on Windows, so that nothing is left where a process is killed.
            if (!OperatingSystem.IsWindows())
                File.Delete(path);
        }
        catch (IOException)
        {
            // A file system that thinks otherwise: it goes when it is closed.
        }

        return stream;
    }
}
