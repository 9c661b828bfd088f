using System.Globalization;

namespace Lethe.Diagnostics;

/// <summary>
/// Which images of a list were labelled right, packed into text: their number, a colon, and one bit for each in base 64, the first image in
/// the lowest bit of the first byte.
/// </summary>
internal static class Hits
{
    /// <summary>Packs hits.</summary>
    /// <param name="hits">Whether each image was labelled right, in the order of the images.</param>
    /// <returns>As <c>3:BQ==</c>.</returns>
    public static string Pack(IReadOnlyList<bool> hits)
    {
        byte[] bits = new byte[(hits.Count + 7) / 8];
        for (int i = 0; i < hits.Count; i++)
        {
            if (hits[i])
                bits[i / 8] |= (byte)(1 << (i % 8));
        }

        return Invariant($"{hits.Count}:{Convert.ToBase64String(bits)}");
    }

    /// <summary>Gives back what was packed.</summary>
    /// <param name="packed">What <see cref="Pack"/> gave.</param>
    /// <returns>Whether each image was labelled right.</returns>
    /// <exception cref="FormatException">The text is none that was packed.</exception>
    public static bool[] Unpack(string packed)
    {
        int colon = packed.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !int.TryParse(packed[..colon], NumberStyles.None, CultureInfo.InvariantCulture, out int count))
            throw new FormatException($"Expected hits as 3:BQ==, found '{packed}'.");
        byte[] bits = Convert.FromBase64String(packed[(colon + 1)..]);
        if (bits.Length != (count + 7) / 8)
            throw new FormatException($"Expected {(count + 7) / 8} bytes of hits for {count} images, found {bits.Length}.");
        return [.. Enumerable.Range(0, count).Select(i => (bits[i / 8] >> (i % 8) & 1) == 1)];
    }

    /// <summary>Puts the hits of parts of a list together.</summary>
    /// <param name="parts">The places of each part in the list, and its hits in that order; together each place once.</param>
    /// <returns>The share of hits, their number of images, and the hits in the order of the list.</returns>
    public static (double Accuracy, int Count, string Packed) Join(IReadOnlyList<(int[] Places, string Packed)> parts)
    {
        bool[] all = new bool[parts.Sum(part => part.Places.Length)];
        foreach ((int[] places, string packed) in parts)
        {
            foreach ((int i, bool hit) in Unpack(packed).Index())
                all[places[i]] = hit;
        }

        return ((double)all.Count(hit => hit) / all.Length, all.Length, Pack(all));
    }
}
