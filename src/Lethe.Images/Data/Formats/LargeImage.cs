namespace Lethe.Data.Formats;

/// <summary>
/// Lets large images be decoded one at a time only, so that memory in flight does not grow with the number of cores.
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

    /// <inheritdoc/>
    public void Dispose() => OneAtATime.Exit();
}
