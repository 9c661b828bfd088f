using System.IO.Compression;

namespace Lethe.Tests.Fuzzing;

/// <summary>
/// Small inputs of a parser that between them take all branches that were found, in one zip file for each parser
/// (<c>Fixtures/corpora</c>).
/// </summary>
internal static class Corpus
{
    private const int MostFiles = 60, MostBytes = 48 << 10;

    /// <summary>The inputs; none where there is no file.</summary>
    public static IReadOnlyList<byte[]> Of(string parser)
    {
        if (!File.Exists(PathOf(parser)))
            return [];
        using ZipArchive archive = ZipFile.OpenRead(PathOf(parser));
        return [.. archive.Entries.Select(entry =>
        {
            using var bytes = new MemoryStream();
            using Stream stream = entry.Open();
            stream.CopyTo(bytes);
            return bytes.ToArray();
        })];
    }

    /// <summary>Keeps the inputs that are worth it: the first ones, as long as they are small together.</summary>
    public static void Write(string parser, IEnumerable<byte[]> inputs)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(parser))!);
        using var archive = new ZipArchive(File.Create(PathOf(parser)), ZipArchiveMode.Create);
        int number = 0, bytes = 0;
        foreach (byte[] input in inputs)
        {
            bytes += input.Length;
            if (number == MostFiles || bytes > MostBytes)
                return;
            ZipArchiveEntry entry = archive.CreateEntry($"{number++:000}", CompressionLevel.SmallestSize);
            entry.LastWriteTime = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using Stream stream = entry.Open();
            stream.Write(input);
        }
    }

    private static string PathOf(string parser) =>
        Path.Combine(Repository.Root, "tests", "Lethe.Tests", "Fixtures", "corpora", parser.Replace(' ', '-') + ".zip");
}
