using Lethe.Runtime;

namespace Lethe.Cli;

/// <summary>A file that a verb is to write: whether it can be is said before any work, and nothing is replaced unasked.</summary>
internal static class OutputFile
{
    /// <summary>Makes sure that a file can be written.</summary>
    /// <param name="file">The file.</param>
    /// <param name="force">Whether what is there may be replaced.</param>
    /// <param name="endings">The endings that it can have; none for any.</param>
    /// <returns>The same file.</returns>
    /// <exception cref="InvalidOptionException">Its ending is another, or there is no such folder.</exception>
    /// <exception cref="RunException">There is something already.</exception>
    public static string Require(string file, bool force, params string[] endings)
    {
        if (endings.Length > 0 && !endings.Contains(Path.GetExtension(file)))
            throw new InvalidOptionException($"'{file}' ends in none of {string.Join(", ", endings)}, which can be written.");
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (!Directory.Exists(folder))
            throw new InvalidOptionException($"'{file}': the folder {folder} does not exist. Create it, or give another file.");
        if (Directory.Exists(file))
            throw new RunException($"{file} is a folder; expected a file to write. Give another one.");
        return !File.Exists(file) || force
            ? file
            : throw new RunException($"{file} exists already. Give --force to replace it, or another file.");
    }

    /// <summary>The flag that lets what is there be replaced.</summary>
    public static System.CommandLine.Option<bool> Force() => new("--force") { Description = "Replace what is there already." };
}
