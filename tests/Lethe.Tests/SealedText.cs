using Lethe.Storage;

namespace Lethe.Tests;

/// <summary>Changes a document of a run on purpose, as a person may: its checksum goes with it.</summary>
internal static class SealedText
{
    /// <summary>Replaces the text of a document, and takes its checksum out.</summary>
    public static void Edit(string path, Func<string, string> change)
    {
        string before = Without(File.ReadAllText(path)), after = change(before);
        Assert.NotEqual("", after);
        File.WriteAllText(path, after);
    }

    /// <summary>The text of a document without its checksum.</summary>
    public static string Without(string text)
    {
        int entry = text.LastIndexOf($",\n  \"{JsonSeal.Key}\"", StringComparison.Ordinal);
        return entry < 0 ? text : text[..entry] + "\n}\n";
    }
}
