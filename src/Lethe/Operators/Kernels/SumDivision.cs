
namespace Lethe.Operators.Kernels;

/// <summary>How the sum over pixels that forms a weight's gradient is divided among threads.</summary>
/// <param name="Parts">
/// Parts of the pixels, each with a sum of its own: a function of the shapes alone, so that the result is one too.
/// </param>
/// <param name="Shares">Parts of the columns, where the former are too few for the threads; they change no sum.</param>
internal readonly record struct SumDivision(int Parts, int Shares)
{
    private const int MostBytes = 8 << 20;
    private const int MostParts = 8;

    /// <summary>Items of work.</summary>
    public int Items => Parts * Shares;

    /// <summary>Divides.</summary>
    /// <param name="blocks">Blocks of pixels.</param>
    /// <param name="numbers">Numbers of a sum.</param>
    /// <param name="columns">Columns of a sum.</param>
    /// <param name="panel">Columns that are not cut apart.</param>
    /// <returns>The division.</returns>
    public static SumDivision Of(int blocks, nint numbers, int columns, int panel)
    {
        int parts = 1, shares = 1;
        while (2 * parts <= Math.Min(MostParts, blocks) && 2 * parts * numbers * sizeof(float) <= MostBytes)
            parts *= 2;
        while (parts * shares < ThreadTeam.Threads && columns % (2 * shares * panel) == 0 && columns / (2 * shares) >= 2 * panel)
            shares *= 2;
        return new SumDivision(parts, shares);
    }

    /// <summary>The first block of a part, and the one after its last.</summary>
    /// <param name="part">The part.</param>
    /// <param name="blocks">Blocks of all parts.</param>
    /// <returns>The range.</returns>
    public (int Begin, int End) Blocks(int part, int blocks) =>
        ((int)((long)blocks * part / Parts), (int)((long)blocks * (part + 1) / Parts));
}
