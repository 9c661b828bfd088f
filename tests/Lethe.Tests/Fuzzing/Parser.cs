namespace Lethe.Tests.Fuzzing;

/// <summary>A reader of files that strangers may give, and what it may cost.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Read">
/// Reads a file, or throws a <see cref="Lethe.Runtime.LetheException"/>; returns the bytes that it took beside those of managed memory.
/// </param>
/// <param name="Seeds">Whole files, each of which is read.</param>
internal sealed record Parser(string Name, Func<string, long> Read, IReadOnlyList<byte[]> Seeds)
{
    /// <summary>What everything may take, whatever the file's length.</summary>
    public const long Granted = 16 << 20;

    /// <summary>What the file is called.</summary>
    public string FileName { get; init; } = "f";

    /// <summary>How many times the file's length may be taken beside what is granted.</summary>
    public int Times { get; init; } = 4;

    /// <summary>What may be taken beside: for an image the pixels that it is allowed.</summary>
    public long More { get; init; }

    /// <summary>Whether structure is at the beginning and the end only.</summary>
    public bool Large { get; init; }

    /// <summary>Makes a file of what is altered, where that is a part of it.</summary>
    public Func<byte[], byte[]> Wrap { get; init; } = bytes => bytes;
}
