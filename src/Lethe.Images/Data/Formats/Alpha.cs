namespace Lethe.Data.Formats;

/// <summary>Composites rows of pixels on white.</summary>
internal static class Alpha
{
    /// <summary>Composites a row in place, and takes alpha out.</summary>
    /// <param name="row">Pixels with alpha among them.</param>
    /// <param name="channels">Numbers of a pixel.</param>
    /// <param name="alpha">Which of them is alpha.</param>
    /// <param name="colours">How many of them, from the first on, are colours.</param>
    /// <param name="white">The value that is white, and opaque.</param>
    /// <param name="multiplied">Whether colours are multiplied by alpha already.</param>
    /// <returns>The pixels that are left, one number shorter each.</returns>
    public static Span<float> Composite(Span<float> row, int channels, int alpha, int colours, float white, bool multiplied)
    {
        int to = 0;
        for (int from = 0; from < row.Length; from += channels)
        {
            double opaque = Math.Clamp(row[from + alpha] / (double)white, 0, 1);
            for (int c = 0; c < channels; c++)
            {
                float value = row[from + c];
                if (c != alpha)
                    row[to++] = c < colours ? (float)Math.Min((value * (multiplied ? 1 : opaque)) + (white * (1 - opaque)), white) : value;
            }
        }

        return row[..to];
    }
}
