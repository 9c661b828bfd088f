using System.IO.Compression;
using Lethe.Runtime;

namespace Lethe.Storage;

/// <summary>
/// An array of a .npy file, or the only one of an .npz file; other containers are told by their first bytes and refused with the line of
/// Python that helps.
/// </summary>
internal static class ArrayFile
{
    private static readonly (byte[] Start, string Name, string Line)[] others =
    [
        ([0x89, .. "HDF"u8], "an HDF5 file", "import h5py, numpy; numpy.save('plain.npy', h5py.File('{0}')['NAME'][:])"),
        ([.. "PAR1"u8], "a Parquet file",
            "import pandas, numpy; numpy.save('plain.npy', numpy.stack(pandas.read_parquet('{0}')['embedding']))"),
        ([.. "MATLAB"u8], "a MATLAB file", "import scipy.io, numpy; numpy.save('plain.npy', scipy.io.loadmat('{0}')['NAME'])"),
        ([0x80, 2], "a Python pickle", "import numpy; numpy.save('plain.npy', numpy.load('{0}', allow_pickle=True))"),
        ([0x80, 3], "a Python pickle", "import numpy; numpy.save('plain.npy', numpy.load('{0}', allow_pickle=True))"),
        ([0x80, 4], "a Python pickle", "import numpy; numpy.save('plain.npy', numpy.load('{0}', allow_pickle=True))"),
    ];

    private static readonly byte[] zip = [.. "PK"u8, 3, 4], npy = [0x93, .. "NUMPY"u8];

    /// <summary>Whether a file is to be read as an array, by its name or its first bytes.</summary>
    public static bool IsArray(string path)
    {
        byte[] start = Start(path);
        return Path.GetExtension(path).ToLowerInvariant() is ".npy" or ".npz"
            || start.AsSpan().StartsWith(npy) || start.AsSpan().StartsWith(zip)
            || others.Any(other => start.AsSpan().StartsWith(other.Start));
    }

    /// <summary>Reads the array.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="DataException">The file is missing, damaged, of another kind, or holds several arrays.</exception>
    public static NpyArray Read(string path)
    {
        byte[] start = Start(path);
        foreach ((byte[] first, string name, string line) in others)
        {
            if (start.AsSpan().StartsWith(first))
                throw new DataException($"Expected a .npy file, found {name}: {path}. Turn it into one: "
                    + line.Replace("{0}", path, StringComparison.Ordinal));
        }

        return start.AsSpan().StartsWith(zip) ? OfArchive(path) : NpyFile.Read(path);
    }

    private static NpyArray OfArchive(string path)
    {
        try
        {
            using ZipArchive archive = ZipFile.OpenRead(path);
            ZipArchiveEntry[] arrays = [.. archive.Entries.Where(entry => entry.FullName.EndsWith(".npy", StringComparison.Ordinal))];
            if (arrays.Length == 0)
            {
                throw new DataException($"Expected a .npy file, found an archive without arrays: {path}. If PyTorch wrote it: import "
                    + $"torch, numpy; numpy.save('plain.npy', torch.load('{path}', map_location='cpu').detach().float().numpy())");
            }

            if (arrays.Length > 1)
            {
                string[] names = [.. arrays.Select(entry => entry.FullName[..^".npy".Length])];
                throw new DataException($"{path} holds {arrays.Length} arrays: {string.Join(", ", names)}. Save the one that is meant: "
                    + NpyHeader.Fix(path, $"a['{names[0]}']"));
            }

            using Stream stream = arrays[0].Open();
            return NpyFile.Read(stream, path);
        }
        catch (InvalidDataException error)
        {
            throw new DataException($"{path} is a damaged archive: {error.Message} Write it again.", error);
        }
        catch (IOException error)
        {
            throw new DataException($"Cannot read {path}: {error.Message}", error);
        }
    }

    private static byte[] Start(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] start = new byte[8];
            return start[..file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"Cannot read {path}: {error.Message} Give the path of a .npy file.", error);
        }
    }
}
