namespace Lethe.Storage;

/// <summary>Files that are written whole or not at all.</summary>
public static class AtomicFile
{
    /// <summary>Writes beside the target, then renames over it, so that a reader sees the old file or the new one.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="write">Writes the content.</param>
    public static void Write(string path, Action<Stream> write)
    {
        string temporary = path + ".partial";
        using (FileStream stream = File.Create(temporary)) write(stream);
        File.Move(temporary, path, overwrite: true);
    }
}
