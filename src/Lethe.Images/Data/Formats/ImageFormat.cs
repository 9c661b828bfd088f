namespace Lethe.Data.Formats;

/// <summary>A format of image files that is read.</summary>
internal enum ImageFormat
{
    /// <summary>None of them.</summary>
    None,

    Jpeg,
    Png,
    Bmp,
    WebP,
    Gif,

    /// <summary>TIFF and BigTIFF.</summary>
    Tiff,

    /// <summary>PGM and PPM.</summary>
    Netpbm,

    /// <summary>One image as an array of NumPy.</summary>
    Npy,
}
