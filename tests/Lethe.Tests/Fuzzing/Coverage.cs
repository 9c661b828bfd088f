using System.Runtime.InteropServices;
using SharpFuzz;
using SharpFuzz.Common;

namespace Lethe.Tests.Fuzzing;

/// <summary>
/// Which branches code takes, in assemblies whose branches count themselves in a table (SharpFuzz). A count is kept as AFL does: 1, 2, 3, up
/// to 7, 15, 31, 127, and more.
/// </summary>
internal sealed unsafe class Coverage : IDisposable
{
    private const int Size = 1 << 16;

    private static readonly byte[] buckets = [.. Enumerable.Range(0, 256).Select(Bucket)];

    private readonly byte* counts = (byte*)NativeMemory.AllocZeroed(Size);
    private readonly byte[] seen = new byte[Size];

    public Coverage() => Trace.SharedMem = counts;

    /// <summary>Branches that were taken at all.</summary>
    public int Branches => seen.Count(bits => bits != 0);

    /// <summary>Makes the branches of the assemblies in a folder that read files count themselves.</summary>
    public static void Instrument(string folder)
    {
        foreach (string name in new[] { "Lethe.Images.dll", "Lethe.dll", "Lethe.Cli.dll", "BitMiracle.LibTiff.NET.dll", "YamlDotNet.dll", "Sep.dll" })
            Fuzzer.Instrument(Path.Combine(folder, name), IsReading, Options.Value);
    }

    /// <summary>Forgets what the last input did.</summary>
    public void Begin()
    {
        new Span<byte>(counts, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>What the input did that none did before: 2 where it took a new branch, 1 where it took one more often, else 0.</summary>
    public int News()
    {
        int news = 0;
        var words = (ulong*)counts;
        for (int word = 0; word < Size / sizeof(ulong); word++)
        {
            if (words[word] == 0)
                continue;
            for (int i = word * sizeof(ulong); i < (word + 1) * sizeof(ulong); i++)
            {
                byte bit = buckets[counts[i]];
                if ((bit & ~seen[i]) == 0)
                    continue;
                news = Math.Max(news, seen[i] == 0 ? 2 : 1);
                seen[i] |= bit;
            }
        }

        return news;
    }

    // The table stays: branches count themselves as long as the process lives.
    public void Dispose() => Begin();

    private static bool IsReading(string type) =>
        new[]
        {
            "Lethe.Storage", "Lethe.Data", "Lethe.Recognition", "Lethe.Runs", "Lethe.Interchange", "Lethe.Cli.SettingsFile", "BitMiracle",
            "YamlDotNet", "nietras",
        }.Any(room => type.StartsWith(room, StringComparison.Ordinal));

    private static byte Bucket(int count) => count switch
    {
        0 => 0, 1 => 1, 2 => 2, 3 => 4, <= 7 => 8, <= 15 => 16, <= 31 => 32, <= 127 => 64, _ => 128,
    };
}
