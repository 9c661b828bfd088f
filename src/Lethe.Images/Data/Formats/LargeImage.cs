using Lethe.Runtime;

namespace Lethe.Data.Formats;

/// <summary>
/// Lets large images be decoded one at a time only, so that memory in flight does not grow with the number of cores, and refuses those that
/// are too large for any.
/// </summary>
internal sealed class LargeImage : IDisposable
{
    private const int Pixels = 16_000_000;

    private static readonly Lock OneAtATime = new();
    private static readonly LargeImage Taken = new();

    private LargeImage()
    {
    }

    /// <summary>Waits until no other large image is being decoded.</summary>
    /// <param name="pixels">How many there will be in memory.</param>
    /// <returns>What to dispose afterwards, on the same thread; null where the image is not large.</returns>
    public static LargeImage? Enter(long pixels)
    {
        if (pixels <= Pixels)
            return null;
        OneAtATime.Enter();
        return Taken;
    }

    /// <summary>Refuses an image that would be too large in memory.</summary>
    /// <param name="height">Rows in memory.</param>
    /// <param name="width">Columns in memory.</param>
    /// <param name="storedHeight">Rows in the file.</param>
    /// <param name="storedWidth">Columns in the file.</param>
    /// <param name="maxPixels">The most pixels in memory.</param>
    public static void Require(int height, int width, int storedHeight, int storedWidth, long maxPixels)
    {
        if ((long)height * width > maxPixels)
            throw new DataException(
                $"{storedWidth}×{storedHeight} pixels, more than the limit of {maxPixels / 1_000_000} megapixels: raise --max-megapixels");
    }

    /// <summary>
    /// Refuses a file whose header promises more pixels than a file of its length can hold: a few bytes would take the memory and the time
    /// of a photo.
    /// </summary>
    /// <param name="height">Rows in the file.</param>
    /// <param name="width">Columns in the file.</param>
    /// <param name="length">Bytes of the file.</param>
    /// <param name="perByte">The most pixels that its format makes of a byte.</param>
    public static void RequireHeld(long height, long width, long length, long perByte)
    {
        if (height * width / perByte > length)
            throw new DataException($"corrupt image: it promises {width}×{height} pixels, more than a file of {length} bytes can hold");
    }

    /// <summary>
    /// The same of a large image of a format that may draw any number of pixels by a byte. An image that is worth looking at does not.
    /// </summary>
    public static void RequireHeld(long height, long width, long length)
    {
        const int PerByte = 1000;
        if (height * width > Pixels)
            RequireHeld(height, width, length, PerByte);
    }

    /// <inheritdoc/>
    public void Dispose() => OneAtATime.Exit();
}
