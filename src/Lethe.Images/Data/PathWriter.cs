using System.Runtime.InteropServices;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Data;

/// <summary>Makes <see cref="ListedPaths"/> of paths that come in any order.</summary>
/// <param name="folder">Where there is room for the lists (<see cref="ScratchFile.Create"/>).</param>
internal sealed class PathWriter(string folder) : IDisposable
{
    private readonly FileStream text = Create(folder), ends = Create(folder);
    private string last = "";
    private bool inOrder = true;

    /// <summary>Adds a path.</summary>
    /// <exception cref="DataException">There is no room.</exception>
    public void Add(string path)
    {
        inOrder &= string.CompareOrdinal(last, path) <= 0;
        last = path;
        try
        {
            text.Write(MemoryMarshal.AsBytes(path.AsSpan()));
            long end = text.Position / sizeof(char);
            ends.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in end)));
        }
        catch (IOException error)
        {
            throw NoRoom(error);
        }
    }

    /// <summary>The paths so far, in ordinal order.</summary>
    /// <exception cref="DataException">There is no room.</exception>
    public ListedPaths ToList()
    {
        ListedPaths paths = Listed();
        if (inOrder)
            return paths;
        int[] order = [.. Enumerable.Range(0, paths.Count)];
        Array.Sort(order, paths.Compare);
        using var sorted = new PathWriter(folder);
        foreach (int i in order)
            sorted.Add(paths[i]);
        return sorted.Listed();
    }

    public void Dispose()
    {
        text.Dispose();
        ends.Dispose();
    }

    private ListedPaths Listed()
    {
        try
        {
            return new ListedPaths(new MappedList<char>(text), new MappedList<long>(ends));
        }
        catch (IOException error)
        {
            throw NoRoom(error);
        }
    }

    private static FileStream Create(string folder)
    {
        try
        {
            return ScratchFile.Create(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NoRoom(error);
        }
    }

    private static DataException NoRoom(Exception error) => new(
        $"The list of files cannot be kept in a temporary file: {error.Message} Give --cache a path on a disk with room that you may "
        + "write to.", error);
}
