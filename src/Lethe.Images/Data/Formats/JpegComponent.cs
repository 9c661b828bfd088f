namespace Lethe.Data.Formats;

/// <summary>A component of a JPEG's frame, and what its scans have brought of it.</summary>
/// <param name="id">Its number.</param>
/// <param name="across">Blocks of a unit across.</param>
/// <param name="down">Blocks of a unit down.</param>
internal sealed class JpegComponent(int id, int across, int down)
{
    public int Id { get; } = id;

    public int Across { get; } = across;

    public int Down { get; } = down;

    /// <summary>Blocks that a scan of this component alone has, across and down.</summary>
    public (int Columns, int Rows) Blocks { get; set; }

    /// <summary>Blocks of a row, filled up to whole units.</summary>
    public int Stride { get; set; }

    /// <summary>Of a progressive image, for each block which coefficients are not zero so far.</summary>
    public ulong[] NonZero { get; set; } = [];

    /// <summary>For each coefficient how many of its low bits are still to come; a large number where all are.</summary>
    public int[] BitsToCome { get; } = [.. Enumerable.Repeat(int.MaxValue, 64)];

    public ushort[] DcTable { get; set; } = [];

    public ushort[] AcTable { get; set; } = [];
}
