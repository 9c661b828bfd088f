using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Lethe.Data;

/// <summary>XXH3-128 over the parts in turn: their counts, and for each image its size, channels, label and pixels.</summary>
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
                Append(hash, image.Height, image.Width, image.Channels, part.Labels?[i] ?? -1);
                hash.Append(image.Pixels.Span);
            }
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>Of one image without its label: equal exactly when size, channels and pixels are.</summary>
    public static UInt128 OfPixels(Image image)
    {
        var hash = new XxHash128();
        Append(hash, image.Height, image.Width, image.Channels);
        hash.Append(image.Pixels.Span);
        return hash.GetCurrentHashAsUInt128();
    }

    private static void Append(XxHash128 hash, params ReadOnlySpan<int> values) => hash.Append(MemoryMarshal.AsBytes(values));
}
