namespace Lethe.Runtime;

/// <summary>Loads a library from bytes, through a copy that is kept for each user and made only once.</summary>
internal static class NativeCopy
{
    /// <summary>
    /// The folder of this user for copies: <c>LETHE_CACHE/native</c>, else <c>XDG_CACHE_HOME/lethe/native</c>, else
    /// <c>~/.cache/lethe/native</c>; null where none of the three is set.
    /// </summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <returns>The folder, which may not exist yet.</returns>
    internal static string? CacheFolder(Func<string, string?> variable)
    {
        if (variable("LETHE_CACHE") is { Length: > 0 } own)
            return Path.Combine(Path.GetFullPath(own), "native");
        if (variable("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache))
            return Path.Combine(cache, "lethe", "native");
        return variable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".cache", "lethe", "native") : null;
    }

    /// <summary>Makes sure that a file has the given bytes. It appears whole or not at all, whoever else is writing it.</summary>
    /// <param name="path">The file; missing folders are made.</param>
    /// <param name="bytes">What the file should hold.</param>
    /// <returns>False if the file was already there and right.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    internal static bool Place(string path, ReadOnlySpan<byte> bytes)
    {
        if (File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
            return false;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }

        return true;
    }

    /// <summary>
    /// Loads the bytes as a library: from the cache, or, if that cannot be written or loaded from, from the temporary folder.
    /// </summary>
    /// <param name="fileName">The name of the library's file.</param>
    /// <param name="bytes">The library.</param>
    /// <param name="cacheFolder">The folder to keep the copy in, or null if there is none.</param>
    /// <param name="load">
    /// Loads the library at a path; throws <see cref="DllNotFoundException"/> or <see cref="BadImageFormatException"/> if it cannot be
    /// loaded.
    /// </param>
    /// <param name="notice">Takes one sentence for people when a copy is made.</param>
    /// <returns>What <paramref name="load"/> returned.</returns>
    /// <exception cref="DataException">The copy could be loaded from neither folder.</exception>
    internal static nint Load(
        string fileName, ReadOnlySpan<byte> bytes, string? cacheFolder, Func<string, nint> load, Action<string> notice)
    {
        string problem = "there is no home folder";
        if (cacheFolder is not null)
        {
            try
            {
                string path = Path.Combine(cacheFolder, fileName);
                bool made = Place(path, bytes);
                nint handle = load(path);
                if (made)
                    notice($"This system's libstdc++ is older than GCC 13's, so torch loads through an adapted copy, made once: {path}");
                return handle;
            }
            catch (Exception error) when (IsExpected(error))
            {
                problem = Reason(error);
            }
        }

        string? folder = null;
        try
        {
            // A folder of its own that nobody else can write to; the library stays mapped after its file is gone.
            folder = Directory.CreateTempSubdirectory("lethe-").FullName;
            string path = Path.Combine(folder, fileName);
            Place(path, bytes);
            nint handle = load(path);
            notice(
                $"torch loads through a temporary copy, because none could be kept ({problem}); "
                + "set LETHE_CACHE to a folder that can be written.");
            return handle;
        }
        catch (Exception error) when (IsExpected(error))
        {
            throw new DataException(
                $"torch needs an adapted copy of {fileName} on this system. Neither the cache folder ({problem}) nor the temporary folder "
                + $"({Reason(error)}) " +
                "can hold it. Set LETHE_CACHE to a folder that can be written and whose file system allows programs.",
                error);
        }
        finally
        {
            if (folder is not null)
                Directory.Delete(folder, recursive: true);
        }
    }

    // The framework's advice comes first, the linker's reason last.
    private static string Reason(Exception error) => error.Message.TrimEnd().Split('\n')[^1];

    private static bool IsExpected(Exception error) =>
        error is IOException or UnauthorizedAccessException or DllNotFoundException or BadImageFormatException;
}
