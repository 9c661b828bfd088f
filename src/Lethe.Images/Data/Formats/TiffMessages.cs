using System.Globalization;
using BitMiracle.LibTiff.Classic;

namespace Lethe.Data.Formats;

/// <summary>Keeps what LibTiff says from the console, and the last error of each thread for those who ask.</summary>
internal sealed class TiffMessages : TiffErrorHandler
{
    [ThreadStatic]
    private static string? last;

    /// <summary>What went wrong last on this thread; forgotten by asking.</summary>
    public static string? TakeLast()
    {
        string? message = last;
        last = null;
        return message;
    }

    /// <inheritdoc/>
    public override void ErrorHandler(Tiff tif, string method, string format, params object[] args)
    {
        try
        {
            last = string.Format(CultureInfo.InvariantCulture, format, args);
        }
        catch (FormatException)
        {
            last = format;
        }
    }

    /// <inheritdoc/>
    public override void ErrorHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
    {
    }

    /// <inheritdoc/>
    public override void WarningHandler(Tiff tif, string method, string format, params object[] args)
    {
    }

    /// <inheritdoc/>
    public override void WarningHandlerExt(Tiff tif, object clientData, string method, string format, params object[] args)
    {
    }
}
