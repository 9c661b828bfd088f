using System.Diagnostics;
using Lethe.Augmentation;
using Lethe.Data;
using Lethe.Numerics;

namespace Lethe.Benchmarks;

/// <summary>Views of SimCLR's augmentation, one thread: of images in memory, or of files, decoding included.</summary>
internal static class AugmentationThroughput
{
    private const int Views = 2;
    private const double WarmUpSeconds = 2; // until the code is compiled for good

    private static readonly ChannelStatistics Statistics = new([0.4914f, 0.4822f, 0.4465f], [0.2470f, 0.2435f, 0.2616f]);

    /// <summary>Of <paramref name="count"/> images of a folder of class folders, over and over.</summary>
    public static void FromMemory(string images, int count, int size, string interpolation, double seconds)
    {
        ImageSet all = ImageFiles.ReadAll(images, size, channels: 3).Images;
        count = Math.Min(count, all.Count);
        ImageSet chosen = all.Subset("chosen", [.. Enumerable.Range(0, count).Select(i => (int)((long)i * all.Count / count))]);
        ViewAugmenter augmenter = Augmenter(size, interpolation);
        float[] view = new float[augmenter.Length];
        Timed(WarmUpSeconds, AllViews);
        Write(Timed(seconds, AllViews), size);

        long AllViews(long made)
        {
            for (int i = 0; i < Views * count; i++)
                augmenter.Render(chosen[i / Views], RandomStream.Derive(0, (ulong)(made + i)), view);
            return Views * count;
        }
    }

    /// <summary>Of all files of a folder, over and over: listed, headers read, decoded, two views each.</summary>
    public static void FromFiles(string files, int size, string interpolation, double seconds)
    {
        ViewAugmenter augmenter = Augmenter(size, interpolation);
        float[] view = new float[augmenter.Length];
        Timed(WarmUpSeconds, AllViews);
        Write(Timed(seconds, AllViews), size);

        long AllViews(long made)
        {
            ImageSet images = ImageFiles.ReadAll(files, size, channels: 3).Images;
            for (int i = 0; i < Views * images.Count; i++)
                augmenter.Render(images[i / Views], RandomStream.Derive(0, (ulong)(made + i)), view);
            return (long)Views * images.Count;
        }
    }

    private static ViewAugmenter Augmenter(int size, string interpolation) =>
        new(new AugmentationOptions { Interpolation = interpolation }, size, 3, Statistics);

    /// <summary>Does rounds of work, one at least, until the time is up.</summary>
    /// <param name="seconds">How long.</param>
    /// <param name="round">Given how many views were made before, makes more and says how many.</param>
    private static (long Made, double Seconds, double ProcessorSeconds) Timed(double seconds, Func<long, long> round)
    {
        (long start, double processor, long made) = (Stopwatch.GetTimestamp(), Resources.ProcessorSeconds(), 0);
        do
        {
            made += round(made);
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return (made, Stopwatch.GetElapsedTime(start).TotalSeconds, Resources.ProcessorSeconds() - processor);
    }

    private static void Write((long Made, double Seconds, double ProcessorSeconds) timed, int size) => JsonLine.Write(new
    {
        ViewsPerSecond = timed.Made / timed.Seconds,
        ViewsPerCpuSecond = timed.Made / timed.ProcessorSeconds,
        Views = timed.Made,
        Size = size,
        PeakMib = Resources.PeakMebibytes(),
    });
}
