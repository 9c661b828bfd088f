namespace Lethe.Data;

/// <summary>Formats of images that are not read, by the ends of names, and what to do with each.</summary>
internal static class UnreadFormats
{
    public const string Heic = "Convert it to JPEG, as with 'heif-convert IN.heic OUT.jpg'; a phone can be set to take JPEG";
    public const string Avif = "Convert it to PNG, as with 'avifdec IN.avif OUT.png'";
    public const string JpegXl = "Convert it to PNG, as with 'djxl IN.jxl OUT.png'";
    public const string Jpeg2000 = "Convert it to PNG, as with 'opj_decompress -i IN.jp2 -o OUT.png'";
    public const string Raw = "Develop it to TIFF or JPEG, as with 'darktable-cli IN OUT.tif'";
    public const string Other = "Convert it to PNG, as with 'magick IN OUT.png'";
    private const string Medical = "Export it to PNG, TIFF or .npy with the program that reads it";

    private static readonly Dictionary<string, (string Name, string Advice)> formats = new(StringComparer.OrdinalIgnoreCase);

    static UnreadFormats()
    {
        Add("HEIC photos", Heic, ".heic", ".heif", ".hif", ".heics");
        Add("AVIF images", Avif, ".avif");
        Add("JPEG XL images", JpegXl, ".jxl");
        Add("JPEG 2000 images", Jpeg2000, ".jp2", ".j2k", ".jpx", ".j2c", ".jpf");
        Add(
            "raw files of cameras", Raw, ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".dng", ".orf", ".rw2", ".raf",
            ".pef", ".srw", ".x3f", ".3fr", ".erf", ".kdc", ".dcr", ".mrw", ".iiq", ".rwl", ".gpr");
        Add(
            "images in formats that are not read", Other, ".pbm", ".pnm", ".tga", ".psd", ".psb", ".xcf", ".svg", ".ico",
            ".exr", ".hdr", ".pcx", ".eps", ".wdp", ".jxr");
        Add("images of instruments", Medical, ".dcm", ".dicom", ".nii", ".mha", ".mhd", ".nrrd", ".czi", ".lif", ".nd2", ".fits", ".fit");
    }

    /// <summary>The format that a name's end stands for, in words, and what to do; null where it is none of these.</summary>
    public static (string Name, string Advice)? Of(string extension) => formats.TryGetValue(extension, out var found) ? found : null;

    private static void Add(string name, string advice, params ReadOnlySpan<string> extensions)
    {
        foreach (string extension in extensions)
            formats.Add(extension, (name, advice + "."));
    }
}
