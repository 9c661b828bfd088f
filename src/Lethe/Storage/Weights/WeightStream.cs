using Lethe.Runtime;

namespace Lethe.Storage.Weights;

/// <summary>Opens files of weights, with errors for people.</summary>
internal static class WeightStream
{
    /// <summary>Opens a file for reading.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The file, from its first byte; the caller disposes it.</returns>
    /// <exception cref="RunException">It is missing or cannot be read.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            if (stream.CanSeek)
                return stream;
            stream.Dispose();
            throw new RunException(
                $"{path} is a pipe or a device, and weights are read back and forth. Save them as a file and give that.");
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RunException($"{path} is missing. Give the path of a file of weights that exists.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"{path} cannot be read: {error.Message} Give a file of weights that you may read.", error);
        }
    }
}
