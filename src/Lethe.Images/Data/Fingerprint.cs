using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Lethe.Data;

/// <summary>
/// XXH3-128 over the parts in turn: their counts, and for each image its size, channels, type of samples, label and pixels.
/// </summary>
internal static class Fingerprint
{
    public static string Of(params ReadOnlySpan<ImageSet> parts)
    {
        var hash = new XxHash128();
        foreach (ImageSet part in parts)
        {
            Append(hash, part.Count);
            for (int i = 0; i < part.Count; i++)
            {
                Image image = part[i];
                Append(hash, image.Height, image.Width, Kind(image), part.Labels?[i] ?? -1);
                hash.Append(image.Pixels.Span);
            }
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>Of one image without its label: equal exactly when size, channels, samples and pixels are.</summary>
    public static UInt128 OfPixels(Image image)
    {
        var hash = new XxHash128();
        Append(hash, image.Height, image.Width, Kind(image));
        hash.Append(image.Pixels.Span);
        return hash.GetCurrentHashAsUInt128();
    }

    // Of bytes the channels alone, as it was before there were other samples.
    private static int Kind(Image image) => image.Channels | ((int)image.Samples << 8);

    private static void Append(XxHash128 hash, params ReadOnlySpan<int> values) => hash.Append(MemoryMarshal.AsBytes(values));
}
