using System.Globalization;
using Lethe.Runtime;

namespace Lethe.Data;

/// <summary>Refuses images that would not leave memory for anything else, before they are read.</summary>
internal static class MemoryBudget
{
    // What training itself needs (weights, activations, views in flight) must fit beside the images.
    private const double Share = 0.6;

    /// <summary>The most bytes of images that are taken.</summary>
    public static long Largest => (long)(Share * Available);

    private static long Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    public static void Require(long bytes, string what, string advice) => Require(bytes, Available, what, advice);

    public static void Require(long bytes, long available, string what, string advice)
    {
        if (bytes > Share * available)
        {
            throw new DataException(
                $"{what} need {Gibibytes(bytes)} GiB of memory; at most {Gibibytes((long)(Share * available))} of the "
                + $"{Gibibytes(available)} GiB available are used for images. {advice}");
        }
    }

    public static string Gibibytes(long bytes) => (bytes / (double)(1L << 30)).ToString("0.0", CultureInfo.InvariantCulture);
}
