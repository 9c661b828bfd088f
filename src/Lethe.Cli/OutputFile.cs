using System.CommandLine;
using Lethe.Runtime;
using Lethe.Storage;

namespace Lethe.Cli;

/// <summary>A file that a verb is to write: whether it can be is said before any work, and nothing is replaced unasked.</summary>
internal static class OutputFile
{
    // Files that the verb of this flow of work is to write and that were not there.
    private static readonly AsyncLocal<List<string>?> fresh = new();

    /// <summary>
    /// Does the work of a verb. Where it fails, none of its files is left that was not there before: the same command can be given again.
    /// </summary>
    /// <param name="work">Says by <see cref="Require"/> or <see cref="Note"/> what it is to write.</param>
    public static int OrNothing(Func<int> work)
    {
        List<string> files = fresh.Value = [];
        try
        {
            return work();
        }
        catch
        {
            foreach (string file in files)
            {
                try
                {
                    Disk.Delete(file);
                }
                catch (RunException)
                {
                    // What the work failed of is the error to tell.
                }
            }

            throw;
        }
    }

    /// <summary>Makes sure that a file can be written.</summary>
    /// <param name="file">The file.</param>
    /// <param name="force">Whether what is there may be replaced.</param>
    /// <param name="endings">The endings that it can have; none for any.</param>
    /// <returns>The same file.</returns>
    /// <exception cref="InvalidOptionException">Its ending is another, or there is no such folder.</exception>
    /// <exception cref="RunException">There is something already, or its folder cannot be written to.</exception>
    public static string Require(string file, bool force, params string[] endings)
    {
        string ending = Path.GetExtension(file);
        if (endings.Length > 0 && !endings.Contains(ending))
            throw new InvalidOptionException($"'{file}' ends in none of {string.Join(", ", endings)}, which can be written."
                + Suggestion.Sentence(ending, endings));
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (!Directory.Exists(folder))
            throw new InvalidOptionException(
                $"'{file}': the folder {folder} does not exist.{Suggestion.OfPath(folder)} Create it, or give another file.");
        if (Directory.Exists(file))
            throw new RunException($"{file} is a folder; expected a file to write. Give another path.");
        if (File.Exists(file) && !force)
            throw new RunException($"{file} exists already. Give --force to replace it, or another file.");
        RequireWritable(file);
        Note(file);
        return file;
    }

    /// <summary>Notes a file that the verb is to write, so that it is not left where the verb fails and it was not there before.</summary>
    /// <param name="file">The file, whose folder may still be made.</param>
    public static void Note(string file)
    {
        if (!File.Exists(file))
            fresh.Value?.Add(file);
    }

    /// <summary>The flag that lets what is there be replaced.</summary>
    public static Option<bool> Force() => new("--force") { Description = "Replace existing files." };

    /// <summary>
    /// Makes sure that something can be written to the folder of a file: the system alone knows, and says it to whoever writes.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <exception cref="RunException">Nothing can.</exception>
    public static void RequireWritable(string file)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (!Directory.Exists(folder))
            return; // said by whoever makes the file, with what it is
        try
        {
            string trial = Path.Combine(folder, $".{Path.GetFileName(file)}.{Guid.NewGuid():N}.tmp");
            using FileStream stream = new(trial, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new RunException($"{file} cannot be written: {error.Message} Give access to its folder, or give another file.", error);
        }
    }
}
